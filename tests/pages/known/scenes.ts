import {rateDistortion} from "../../../src/lib/experiments/scenes/rate-distortion.js";
import {shapeFamilies} from "../../../src/lib/scenes/grammar/registry.js";
import {LEVELS} from "../../../src/lib/scenes/grammar/values.js";
import {VIEWS} from "../../../src/lib/scenes/silhouette.js";
import {defined, held, type KnownNumbers} from "./known.js";
import {word} from "./sizes.js";

const kinds = word(shapeFamilies.ids.length);

/** Known numbers of the pages in src/scenes. */
export const SCENE_NUMBERS: KnownNumbers = {
  "src/scenes/words-instead-of-triangles.md": [
    ...held(
      `each of ${kinds} kinds of objects`,
      `all ${kinds} kinds, drawn with ${word(rateDistortion.params.seeds.default)} seeds`,
      `kinds of objects than ${kinds}`,
      `on ${word(LEVELS)} levels`,
      `from ${word(VIEWS.length)} sides`,
    ),
    ...defined("an image-to-3D model", "Three distances, one plotted", "half the sum of both directions"),
  ],
};
