/** The file that a plan is for: which formats its tensors are really written in, and what those that stay take in it. */

import {CONTAINERS, type Container} from "../../../checkpoint/container.js";
import {inputFirstNames} from "../../../checkpoint/input-first.js";
import type {StoredTensor} from "../../../checkpoint/stored-tensor.js";
import {fittingFormat, ggufTypeOf} from "../../../checkpoint/write/gguf-types.js";
import {isPlanned} from "../../../plan/tensor-parts.js";
import {elementCount} from "../../../tensor/tensor.js";
import type {PlannedModel} from "./planned-model.js";
import type {WrittenFormat} from "./terms.js";

/** The parameter for it. */
export const containerParam = {
  kind: "choice",
  label: "Kind of file",
  help: "That is to be written. In GGUF a row is whole blocks of ggml's formats: where it is not, a format with smaller blocks is planned in its place. auto: that of the model.",
  options: ["auto", ...CONTAINERS],
  default: "auto",
} as const;

/** A model with the bytes that its tensors take in the file, where they stay as they are. */
export interface WrittenModel extends PlannedModel {
  readonly container: Container;
  readonly writtenFormat: WrittenFormat;
}

/**
 * A model as a file holds it.
 * @throws RangeError for a format that GGUF cannot hold.
 */
export function inContainer(
  opened: PlannedModel,
  asked: (typeof containerParam.options)[number],
  formats: readonly string[],
): WrittenModel {
  const isGguf = opened.open.gguf !== null;
  const container = asked === "auto" ? (isGguf ? "gguf" : "safetensors") : asked;
  const refused = formats.find((format) => container === "gguf" && ggufTypeOf(format) === undefined);
  if (refused !== undefined)
    throw new RangeError(`plan: formats must be ggml's for a file of GGUF, got ${refused}`);
  const tensors = new Map(
    Array.from(opened.tensors, ([name, tensor]) => [
      name,
      {...tensor, bytes: keptBytes(tensor, container, isGguf)},
    ]),
  );
  const others = [...tensors.values()].filter((tensor) => !isPlanned(tensor));
  const fixed = {...opened.fixed, others: others.reduce((sum, {bytes}) => sum + bytes, 0)};
  return {...opened, tensors, fixed, container, writtenFormat: writtenFormat(tensors, container)};
}

function writtenFormat(tensors: ReadonlyMap<string, StoredTensor>, container: Container): WrittenFormat {
  if (container !== "gguf") return (_, format) => format;
  const inputFirst = inputFirstNames(tensors.values());
  return ({name, shape}, format) => fittingFormat(format, shape.at(inputFirst.has(name) ? 0 : -1) ?? 1);
}

/** Types that both kinds of files hold as they are. */
const PLAIN = /^(b?f16|f32)$/i;

/** Bytes of a tensor that keeps its type: what the file has no type for is written as float32, and so are vectors in GGUF. */
function keptBytes({dtype, shape, bytes}: StoredTensor, container: Container, isGguf: boolean): number {
  if (container === "gguf" && isGguf) return bytes;
  const isPlain =
    PLAIN.test(dtype) || (container === "safetensors" && !isGguf && /^[A-Z]+\d+(_\w+)?$/.test(dtype));
  const isVector = container === "gguf" && shape.length < 2;
  return isPlain && !isVector ? bytes : 4 * elementCount(shape);
}
