import {defined, type KnownNumbers} from "./known.js";

/** Known numbers of the pages in src/regress. */
export const REGRESS_NUMBERS: KnownNumbers = {
  "src/regress/numbers-as-tokens.md": [
    ...defined(
      "**P10**: a sign",
      "a power of ten that they are multiplied by",
      "after the digits a power of ten",
    ),
  ],
  "src/regress/which-estimator.md": [
    ...defined(
      "can move an answer by a factor of ten",
      "wrong first digit or power of ten",
      "half of the samples may be wild",
    ),
  ],
};
