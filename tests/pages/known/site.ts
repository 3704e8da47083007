import {policies} from "../../../src/lib/experiments/attention/policies.js";
import {TRAINING_SEEDS} from "../../../src/lib/experiments/mixers/tracking-models.js";
import {because, defined, held, type KnownNumbers} from "./known.js";
import {file, shareOf, smallDecoder, word} from "./sizes.js";

/** Known numbers of the pages of the whole site. */
export const SITE_NUMBERS: KnownNumbers = {
  "src/index.md": [...held(smallDecoder), ...defined("one of three kinds")],
  "src/benchmarks.md": defined(
    "A ratio above 1 means",
    "below 1 that the other",
    "vectors of 128 bits",
    "rounded to 8 bits first",
    "whose weights are 16-bit floats",
  ),
  "src/claims.md": [
    ...held(`second ${shareOf(1 - policies.params.prompt.default)} of each test document`),
    ...defined("**3D objects**"),
    ...held(`${word(TRAINING_SEEDS.length)} trainings each`),
  ],
  "src/about.md": [
    ...because("a way to read a page")("read three paragraphs"),
    ...held(`Paretoscope ${JSON.parse(file("package.json")).version}, under`),
  ],
};
