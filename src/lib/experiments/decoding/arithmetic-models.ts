/** The decoders of worked arithmetic, as models that read and write text. */

import type {TextModel} from "../../decoding/split-reason/text-reader.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import type {Hooks} from "../../engine/hooks.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import type {DataSets, TensorSet} from "../../experiment/experiment.js";
import {decodeCharacters, encodeCharacters} from "../../tasks/characters.js";
import {DECODERS} from "../shared/decoders.js";

/** Small models that learned to hand over, and what they learned it from. */
export const TAGGED = {
  "arithmetic-small-split": "true difficulty",
  "arithmetic-small-split-entropy": "entropy",
  "arithmetic-small-split-classifier": "classifier",
} as const;

/** Id of a small model that learned to hand over. */
export type TaggedId = keyof typeof TAGGED;
const TAGGED_IDS = Object.keys(TAGGED) as TaggedId[];

/** Id of a decoder of worked arithmetic. */
export type ArithmeticId = "arithmetic-small" | TaggedId | "arithmetic-large";

/** Data of the small model, of those that hand over, and of the large one. */
export const ARITHMETIC_NEEDS = (["arithmetic-small", ...TAGGED_IDS, "arithmetic-large"] as const).map(
  (id) => `weights/${id}` as const,
);

type Data = Pick<DataSets, "get">;

/** A model with the bytes of weights that each of its passes reads, as they are stored. */
export interface ArithmeticModel extends TextModel {
  readonly passBytes: number;
}

/** Opens a decoder of worked arithmetic with the fast arithmetic. */
export async function arithmeticModel(id: ArithmeticId, data: Data, hooks?: Hooks): Promise<ArithmeticModel> {
  return {
    model: await decoderOf(
      {config: configOf(id), tensors: tensorsOf(id, data)},
      {backend: await wasmBackend()},
    ),
    encode: encodeCharacters,
    decode: decodeCharacters,
    end: "\n",
    longestToken: 1,
    passBytes: passBytes(id, data),
    ...(hooks && {hooks}),
  };
}

/** Those that learned to hand over have the sizes of the first of them. */
function configOf(id: ArithmeticId): DecoderConfig {
  return DECODERS[id === "arithmetic-small" || id === "arithmetic-large" ? id : "arithmetic-small-split"];
}

function tensorsOf(id: ArithmeticId, data: Data): TensorSet {
  const tensors = data.get(`weights/${id}`);
  if (tensors === undefined)
    throw new RangeError(`arithmeticModel: data must hold weights/${id}, got none of this name`);
  return tensors;
}

/** Float16 weights of all layers and the head; of the embedding a pass reads single rows. */
function passBytes(id: ArithmeticId, data: Data): number {
  let values = 0;
  for (const [name, {shape}] of tensorsOf(id, data))
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
