import type {ModelRecord} from "../architectures/model-record.js";
import {FormatError} from "../io/format-error.js";
import type {TensorInfo} from "../io/safetensors.js";
import {attambaConfigOf, isAttamba} from "./attamba/attamba-config.js";
import {planAttamba} from "./attamba/load-attamba.js";
import {decoderConfigOf} from "./decoder/config.js";
import {planDecoder} from "./decoder/plan-decoder.js";
import {planMamba} from "./mamba/load-mamba.js";
import {isMamba, mambaConfigOf} from "./mamba/mamba-config.js";
import {planMatMulFree} from "./matmul-free/load-matmul-free.js";
import {isMatMulFree, matMulFreeConfigOf} from "./matmul-free/matmul-free-config.js";
import {unusedNames} from "./tensor-plan.js";

/**
 * Names of a checkpoint's tensors that no part of its model takes: for those who look at the tensors alone.
 * @returns null where that is not known: the engine does not run the model, or the files lack a tensor of it.
 */
export function unusedTensors(
  tensors: ReadonlyMap<string, TensorInfo>,
  record: ModelRecord,
): readonly string[] | null {
  try {
    if (isAttamba(record)) return unusedNames(tensors, planAttamba(tensors, attambaConfigOf(record)));
    if (isMatMulFree(record))
      return unusedNames(tensors, planMatMulFree(tensors, matMulFreeConfigOf(record)));
    if (isMamba(record)) return unusedNames(tensors, planMamba(tensors, mambaConfigOf(record)));
    const {plan, isLeftover} = planDecoder(tensors, decoderConfigOf(record));
    return unusedNames(tensors, plan, isLeftover);
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}
