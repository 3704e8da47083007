import {COLUMNS, ROWS} from "../../../src/components/by-hand/sparse/pruned-block.js";
import {prunedParams} from "../../../src/lib/experiments/sparse/pruned-models.js";
import {TILE_OUTPUTS, TILE_ROWS} from "../../../src/lib/sparse/bitmap/tile-order.js";
import {defined, held, type KnownNumbers} from "./known.js";
import {word} from "./sizes.js";

/** Known numbers of the pages in src/sparse. */
export const SPARSE_NUMBERS: KnownNumbers = {
  "src/sparse/which-weights-can-go.md": [
    ...held(
      `A layer of ${word(ROWS)} outputs and ${word(COLUMNS)} inputs`,
      `for ${word(prunedParams.calibrations.default)} draws of calibration documents`,
    ),
    ...defined(
      "2:4 means that of every four neighbours in a row two stay",
      "at least one such group and one channel",
    ),
  ],
  "src/sparse/sparse-tiles.md": [
    ...defined(
      "Half of the weights are zero. Is half of the time saved",
      "If half of them are zero, it could read half as much",
      "on vectors of 16 bytes",
      "up to eight values in their places",
      "the linear layers of Llama 3.1 8B",
    ),
    ...held(
      `A tile of weights has ${TILE_ROWS} rows of ${TILE_OUTPUTS * 4} bytes`,
      `two inputs of ${TILE_OUTPUTS} outputs in bfloat16`,
      `whole tiles of ${TILE_ROWS} rows`,
    ),
  ],
};
