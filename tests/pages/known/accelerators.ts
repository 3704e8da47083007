import {SIDE} from "../../../src/components/by-hand/accel/one-product.js";
import {KINETICS_BYTES_PER_VALUE} from "../../../src/lib/accel/kinetics.js";
import {KNOWN_LAYOUTS} from "../../../src/lib/accel/tilus/layout-text.js";
import {systolic} from "../../../src/lib/experiments/accel/systolic.js";
import {defined, example, held, type KnownNumbers, reported} from "./known.js";
import {capital, file, smallDecoder, word} from "./sizes.js";

/** Digits to which a golden file is held. */
const digitsOf = (name: string, kind: "rel" | "abs"): number =>
  Math.round(-Math.log10(JSON.parse(file(`tests/golden/accelerators/${name}.json`)).tolerance["*"][kind]));

/** Known numbers of the pages in src/accelerators. */
export const ACCELERATOR_NUMBERS: KnownNumbers = {
  "src/accelerators/compose.md": [
    ...held(smallDecoder),
    ...defined("4-bit weights with 16-bit activations are multiplied in 16 bits", "native 4-bit product"),
  ],
  "src/accelerators/edge-accelerator.md": defined(
    "stores weights in four bits",
    "4-bit integers",
    "real blocks have 32 weights",
  ),
  "src/accelerators/roofline.md": [
    ...held(`${SIDE} x ${SIDE} weights`),
    ...defined(
      "4-bit weights are not always faster than 8-bit ones",
      "8-bit integers on both sides",
      "8-bit products; with 4-bit weights and 16-bit activations",
      "above 100 %",
    ),
    ...held(`${digitsOf("llmviewer_totals_A6000", "rel")} digits`),
    ...reported("T-MAC's README", "Llama 2 7B", "after 128 tokens"),
  ],
  "src/accelerators/bits-that-are-zero.md": [
    ...defined(
      "A multiplier of eight bits",
      "three neighbouring bits at once",
      "a three becomes a minus one",
      "one term a cycle",
      "one of them nearly always",
      "each row scaled to eight bits",
      "once for each place at the end",
      "kept in two words",
      "and added once",
    ),
    ...example("One product by hand"),
  ],
  "src/accelerators/layouts.md": [
    ...example("weights of six bits", "Weights of six bits", "does not make six bits"),
    ...defined(
      "their bits are a multiple of eight",
      "from one bit to eight",
      "a warp of 32 threads",
      "what is loaded twice",
    ),
    ...held(`${capital(word(KNOWN_LAYOUTS["accumulator of m16n8k8"].split(".").length))} small factors`),
  ],
  "src/accelerators/wrong-kernels.md": defined(
    "an integer of eight bits with a sign",
    "one of four without",
    "computed in 32 bits",
  ),
  "src/accelerators/logic-blocks.md": defined(
    "Double Duty",
    "xor 3",
    "maj 3",
    "Three effects",
    "the three numbers of the abstract",
  ),
  "src/accelerators/sparse-slices.md": [
    ...defined(
      "prunes to 2:4, stores what is left in two bits (W2), keeps keys and values in four (KV4)",
      "the paper rounds them to 8 bits",
      "If three of four weights are zero, is it four times faster",
      "one of every four weights",
      "a quarter of the products",
    ),
    ...defined(
      "a 2-bit position",
      "groups of three, one of the four position codes",
      "a group of four takes four cycles",
    ),
    ...example("Twelve weights of 8 bits"),
    ...reported("ningchihuang/ELSA at 42b478b, 50 choices in 20 generations", "instead of a thousand"),
    ...held(`to ${digitsOf("elsa_flops", "abs")} digits after the point`),
  ],
  "src/accelerators/systolic-array.md": [
    ...example("a grid of 3 x 3"),
    ...held(`x ${systolic.params.terms.default} terms x ${systolic.params.columns.default} columns`),
    ...reported("an issue of scalesim-project/SCALE-Sim", "issue 125"),
    ...defined("the columns twice", "fits the buffer twice"),
  ],
  "src/accelerators/test-time-compute.md": [
    ...held(
      `a cached value of ${8 * KINETICS_BYTES_PER_VALUE} bits`,
      `to ${digitsOf("kinetics_cost", "rel")} digits`,
    ),
    ...defined("half of the answer"),
  ],
};
