import type {PageGroup} from "../site-page.js";

/** Pages on accelerators and how they compute. */
export const ACCELERATOR_PAGES: PageGroup = {
  name: "Accelerators",
  pages: [
    {
      name: "Compose",
      path: "/accelerators/compose",
      about: "Time, memory and energy of a model on a machine in any combination of formats.",
    },
    {
      name: "Roofline",
      path: "/accelerators/roofline",
      about: "Whether each operator of a model is bound by memory or by arithmetic on a machine.",
    },
    {
      name: "Systolic array",
      path: "/accelerators/systolic-array",
      about: "Cycles and reads of a matrix product on a systolic array, by what stays in place.",
    },
    {
      name: "Edge accelerator",
      path: "/accelerators/edge-accelerator",
      about: "A small array that both reads prompts and writes answers: time, area and energy.",
    },
    {
      name: "Sparse slices",
      path: "/accelerators/sparse-slices",
      about: "The speed that structured sparsity leaves after what cannot be pruned and what must be fed.",
    },
    {
      name: "Logic blocks",
      path: "/accelerators/logic-blocks",
      about:
        "Circuits of adders and lookup tables in an FPGA's blocks, and in blocks where both work at once.",
    },
    {
      name: "Test-time compute",
      path: "/accelerators/test-time-compute",
      about: "The cost of longer and of more answers when memory traffic counts beside arithmetic.",
    },
    {
      name: "Bits that are zero",
      path: "/accelerators/bits-that-are-zero",
      techniques: ["smash"],
      about:
        "Bit-weight processing elements: products digit by digit, digits that are not zero, and lanes that wait. Sparse products merged in a hashed table.",
    },
    {
      name: "Arrays without multipliers",
      path: "/accelerators/arrays-without-multipliers",
      techniques: ["mixed-elements", "table-tiles"],
      about:
        "MixPE's elements that shift and add, and LUT Tensor Core's tiles of half tables: area, cycles and energy beside multipliers.",
    },
    {
      name: "Layouts",
      path: "/accelerators/layouts",
      about:
        "Tilus: which thread holds which weight, and how weights of one to eight bits are loaded as whole bytes.",
    },
    {
      name: "Softmax in other orders",
      path: "/accelerators/softmax-orders",
      about:
        "FlashDecoding++, LeanAttention and FuseMax run and counted: equal results, passes, corrections, shares of work.",
    },
    {
      name: "Wrong kernels",
      path: "/accelerators/wrong-kernels",
      about:
        "Kernels with one mistake each, and the random tests that find them: classes of bugs, ways to draw inputs, memory that hides.",
    },
  ],
};
