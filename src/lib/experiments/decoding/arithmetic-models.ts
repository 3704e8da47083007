/** The decoders of worked arithmetic, as models that read and write text. */

import type {TextModel} from "../../decoding/split-reason/text-reader.js";
import type {Hooks} from "../../engine/hooks.js";
import type {DataSets} from "../../experiment/experiment.js";
import {decodeCharacters, encodeCharacters} from "../../tasks/characters.js";
import {openedDecoder} from "../shared/decoder-texts.js";

/** Data of the small model, of the one that hands over, and of the large one. */
export const ARITHMETIC_NEEDS = [
  "weights/arithmetic-small",
  "weights/arithmetic-small-split",
  "weights/arithmetic-large",
] as const;

/** Id of a decoder of worked arithmetic. */
export type ArithmeticId = "arithmetic-small" | "arithmetic-small-split" | "arithmetic-large";

type Data = Pick<DataSets, "get">;

/** A model with the bytes of weights that each of its passes reads, as they are stored. */
export interface ArithmeticModel extends TextModel {
  readonly passBytes: number;
}

/** Opens a decoder of worked arithmetic with the fast arithmetic. */
export async function arithmeticModel(id: ArithmeticId, data: Data, hooks?: Hooks): Promise<ArithmeticModel> {
  return {
    model: await openedDecoder(id, data),
    encode: encodeCharacters,
    decode: decodeCharacters,
    end: "\n",
    longestToken: 1,
    passBytes: passBytes(id, data),
    ...(hooks && {hooks}),
  };
}

/** Float16 weights of all layers and the head; of the embedding a pass reads single rows. */
function passBytes(id: ArithmeticId, data: Data): number {
  let values = 0;
  for (const [name, {shape}] of data.get(`weights/${id}`) ?? [])
    if (!name.includes("embed_tokens")) values += shape.reduce((n, side) => n * side, 1);
  return 2 * values;
}

/** The state of the small model after the last token that it read, as the head takes it. */
export function stateProbe(): {readonly hooks: Hooks; state(): Float32Array} {
  let last: Float32Array = new Float32Array(0);
  return {
    hooks: {
      tensor(site, _, x, rows) {
        if (site === "final") last = x.slice((x.length / rows) * (rows - 1));
        return undefined;
      },
    },
    state: () => last,
  };
}
