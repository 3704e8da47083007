import {BLOCK} from "../../../src/components/by-hand/formats/one-block.js";
import type {twoAndThreeValues} from "../../../src/lib/experiments/formats/two-and-three-values.js";
import {keptRows} from "../kept.js";
import {defined, example, held, type KnownNumbers, reported} from "./known.js";
import {capital, smallDecoder, word} from "./sizes.js";

/** Seeds of each training in few bits, as the kept rows have them. */
const TRAINING_RUN_SEEDS = keptRows<typeof twoAndThreeValues>("formats/two-and-three-values").at(-1)!.seeds;

/** Known numbers of the pages in src/formats. */
export const FORMAT_NUMBERS: KnownNumbers = {
  "src/formats/block-scaling.md": [
    ...defined(
      "Four bits have only sixteen values",
      "The four bits of E2M1 are 16 codes for 15 values",
      "code of the second one, 1000",
    ),
    ...defined("it tries all four", "A magnitude of 5 fills", "the one between 4 and 6; a magnitude above 6"),
    ...held(`${capital(word(BLOCK))} numbers are drawn`),
    ...example("fifteen neighbours"),
  ],
  "src/formats/map.md": defined("half the mean eigenvalue of the Fisher matrix"),
  "src/formats/outliers-and-victims.md": defined(
    "FP6 has a range of its own",
    "FP6 rounds weights alone",
    "in half precision",
    "Six bits in two streams",
    "A code of six bits",
    "FP6 is stored in two streams instead, of four bits and of two",
    "among those of a half",
  ),
  "src/formats/choose.md": [
    ...held(smallDecoder),
    ...defined("6 dB are about one bit", "6 dB higher means half the error"),
    ...defined(
      "4-bit codes with an 8-bit scale for every 32 elements are 4.25 bits, for every 16 elements 4.5",
    ),
  ],
  "src/formats/number-formats.md": defined("three fields", "largest value is 1", "at most half the distance"),
  "src/formats/training-in-four-bits.md": [
    ...defined(
      "title: Training in four bits",
      "products of four bits",
      "all of them to four bits",
      "two or three values",
      "Two and three values",
      "four thirds of it times -1, 0 and 1",
    ),
    ...held(`small decoders, ${word(TRAINING_RUN_SEEDS)} seeds each`),
  ],
  "src/formats/lossless-and-still-smaller.md": [
    ...defined(
      "BF16 number",
      "eight bits of exponent and seven of mantissa",
      "the 256 exponents",
      "DFloat11 gives",
      "five more bits",
      "entries of 16 bits here",
      "Sixteen bits lose",
      "In BF16 that is enough",
      "weights in 16 bits",
      "--format dfloat11",
    ),
    ...reported(
      "DFloat11's released code",
      "Those of the released code have 8, and keep values from 240 on",
      "exponents of 240 and more",
    ),
  ],
};
