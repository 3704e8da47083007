/** Measures the tensors of a model on disk, one after the other, and tells the rows of each as soon as they are there. */
import {inputFirstNames} from "../../lib/checkpoint/input-first.js";
import {openTensors} from "../../lib/checkpoint/open-tensors.js";
import {isMeasurable, nothingToMeasure} from "../../lib/experiments/formats/own-file.js";
import {unusedIn} from "../../lib/experiments/formats/unused-in.js";
import {openModelPath} from "../../lib/io/node-file.js";
import {measureTensor, type TensorRow} from "../../lib/quant/measure-tensor.js";
import type {Work} from "../file-job.js";

/** What is to be measured. */
export interface MeasureOptions {
  readonly path: string;
  readonly formats: readonly string[];
  /** Names of tensors that were measured before. */
  readonly known: readonly string[];
}

/** The rows of one tensor. */
export interface MeasuredPart {
  readonly tensor: string;
  readonly rows: readonly TensorRow[];
}

/** What is known when all tensors are measured. */
export interface MeasureResult {
  /** Names of all measured tensors, also of those before, in the order of the file. */
  readonly order: readonly string[];
  readonly leftOut: readonly {readonly tensor: string; readonly dtype: string}[];
  readonly unused: readonly {readonly tensor: string}[];
}

/** @throws FormatError for a file that is none of tensors; RangeError for one without floating-point numbers. */
export const measureWork: Work<MeasureOptions, MeasureResult> = async ({path, formats, known}, tell) => {
  const folder = await openModelPath(path);
  try {
    const {tensors} = await openTensors(folder);
    const all = [...tensors.values()];
    const chosen = all.filter(isMeasurable);
    if (chosen.length === 0) throw nothingToMeasure(all.length, "quantize");
    const done = new Set(known);
    const inputFirst = inputFirstNames(all);
    for (const [index, tensor] of chosen.entries()) {
      if (done.has(tensor.name)) continue;
      const rows: TensorRow[] = [];
      const options = {reader: "quantize", isInputFirst: inputFirst.has(tensor.name)};
      tell.progress(index / chosen.length, tensor.name);
      for await (const row of measureTensor(tensor, formats, options)) {
        rows.push(row);
        tell.progress(
          (index + rows.length / formats.length) / chosen.length,
          `${tensor.name} in ${row.format}`,
        );
      }
      await tell.part({tensor: tensor.name, rows} satisfies MeasuredPart);
    }
    return {
      order: chosen.map(({name}) => name),
      leftOut: all.filter((tensor) => !isMeasurable(tensor)).map(({name, dtype}) => ({tensor: name, dtype})),
      unused: (await unusedIn(folder, "quantize")).map((tensor) => ({tensor})),
    };
  } finally {
    await folder.close();
  }
};
