/** A checkpoint as a plan sees it: its tensors, its sizes, and the bytes that no format of a weight changes. */
import {footprint} from "../../../accel/footprint.js";
import {costModel} from "../../../accel/hf-config.js";
import type {ModelRecord} from "../../../architectures/model-record.js";
import {modelRecord} from "../../../architectures/read-model.js";
import {type OpenTensors, openTensors} from "../../../checkpoint/open-tensors.js";
import type {CacheSizes} from "../../../engine/cache/sizes.js";
import {SIDE_FILE_LIMITS} from "../../../io/json-file.js";
import {type ModelFolder, readJson} from "../../../io/model-folder.js";
import {isPlanned} from "../../../plan/tensor-parts.js";
import {formatChoice} from "../../accel/format-choice.js";
import {cacheSizesOrNone} from "./caches.js";

/** Tokens of a text that nobody chose. */
const CONTEXT = 8192;
/** Tokens of a prompt that are read at once. */
const CHUNK = 2048;

/** Bytes that a plan cannot change. */
export interface FixedBytes {
  /** Norms, biases and all else that stays as it is stored. */
  readonly others: number;
  readonly state: number;
  readonly activations: number;
}

/** An opened model. */
export interface PlannedModel extends Pick<OpenTensors, "tensors"> {
  readonly open: OpenTensors;
  /** Null where no config.json says what the model is. */
  readonly record: ModelRecord | null;
  /** Null where no layer caches. */
  readonly sizes: CacheSizes | null;
  /** Tokens of the one text that has to fit. */
  readonly context: number;
  readonly fixed: FixedBytes;
}

/** The sum of all of them. */
export const sumOfFixed = ({others, state, activations}: FixedBytes): number => others + state + activations;

/** Opens a checkpoint. @param context tokens of the text; 0 for what the model was made for, at most 8192 */
export async function openPlanned(folder: ModelFolder, context: number): Promise<PlannedModel> {
  const open = await openTensors(folder);
  const json = await readJson(folder, "config.json", {reader: "plan", limits: SIDE_FILE_LIMITS});
  const record = json === undefined ? null : modelRecord(json, "plan");
  const tokens = context || Math.min(CONTEXT, record?.maxPositions ?? CONTEXT);
  const others = [...open.tensors.values()].filter((tensor) => !isPlanned(tensor));
  return {
    open,
    tensors: open.tensors,
    record,
    sizes: cacheSizesOrNone(record),
    context: tokens,
    fixed: {others: others.reduce((sum, {bytes}) => sum + bytes, 0), ...besideWeights(record, tokens)},
  };
}

/** State and activations of one text, by the cost model; nothing where it is not known what the model is. */
function besideWeights(record: ModelRecord | null, context: number): Omit<FixedBytes, "others"> {
  if (record === null) return {state: 0, activations: 0};
  const fp16 = formatChoice("fp16");
  const formats = {weights: fp16, activations: fp16, kv: fp16};
  const residence = {batch: 1, context, chunk: Math.min(CHUNK, context)};
  const {state, activations} = footprint(costModel(record, "plan"), formats, residence);
  return {state: Math.ceil(state), activations: Math.ceil(activations)};
}
