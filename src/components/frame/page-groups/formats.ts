import type {PageGroup} from "../site-page.js";

/** Pages on number formats. */
export const FORMAT_PAGES: PageGroup = {
  name: "Number formats",
  pages: [
    {
      name: "A map of quantization",
      path: "/formats/map",
      about: "The decisions that make a quantizer, turned one at a time, and the pages that go deep.",
    },
    {
      name: "Codes and codebooks",
      path: "/formats/number-formats",
      about: "The values that integers, small floats and codebooks of four, six or eight bits can stand for.",
    },
    {
      name: "Block scaling",
      path: "/formats/block-scaling",
      about: "MX, NVFP4 and RaZeR on a block of sixteen values: shared scales, their cost and their error.",
    },
    {
      name: "Choose a format",
      path: "/formats/choose",
      about:
        "Bits per element against error for every number format, on weights, activations and your own file.",
    },
    {
      name: "Outliers and victims",
      path: "/formats/outliers-and-victims",
      about: "OliVe, LLM.int8() and FP6: where a few large values go, and what they cost a trained model.",
    },
    {
      name: "Multiplying without a multiplier",
      path: "/formats/multiplying-without-a-multiplier",
      about:
        "L-Mul, DenseShift, tables of sums and bit planes: one product by hand in each, work counted, error measured, small networks trained for it.",
    },
    {
      name: "Lossless and still smaller",
      path: "/formats/lossless-and-still-smaller",
      about: "DFloat11's codes of exponents, decoded by many threads, and sums whose order changes a text.",
    },
    {
      name: "Training in four bits",
      path: "/formats/training-in-four-bits",
      about:
        "Quartet and TBT: small decoders trained with products of four bits and with weights of two and three values.",
    },
  ],
};
