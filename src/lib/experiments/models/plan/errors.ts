/** Errors of formats on the tensors of a plan, each in the format in which its rows are written. */
import {importanceOf} from "../../../checkpoint/importance/importance.js";
import {inputFirstNames} from "../../../checkpoint/input-first.js";
import {SAMPLE_ELEMENTS} from "../../../checkpoint/sample.js";
import type {StoredTensor} from "../../../checkpoint/stored-tensor.js";
import type {Work} from "../../../experiment/experiment.js";
import {formats as registry} from "../../../formats/registry.js";
import type {FormatCost} from "../../../plan/tensor-parts.js";
import {measureTensor, type TensorRow} from "../../../quant/measure-tensor.js";
import type {WrittenModel} from "./container.js";
import type {ErrorRow} from "./rows.js";
import type {MeasureWeights} from "./terms.js";

/** Tensors to measure, and how. */
export interface ErrorsWanted {
  readonly names: readonly string[];
  readonly formats: readonly string[];
  readonly sampleElements?: number;
  readonly weights: MeasureWeights;
}

/**
 * The rows of every tensor in every format: where its rows are no whole number of blocks those of the format in its place, which
 * the note names.
 * @throws RangeError for a name that no tensor has.
 */
export async function measuredErrors(
  {tensors, writtenFormat}: WrittenModel,
  {names, formats, sampleElements: mostElements = SAMPLE_ELEMENTS, weights}: ErrorsWanted,
  tell: Work["progress"],
): Promise<ErrorRow[]> {
  const inputFirst = inputFirstNames(tensors.values());
  const rows: ErrorRow[] = [];
  for (const [n, name] of names.entries()) {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new RangeError(`plan: tensors must be names of the model's, got ${name}`);
    const isInputFirst = inputFirst.has(name);
    const own = formats.map((format) => writtenFormat(tensor, format));
    const importance = importanceOf(weights, tensor, isInputFirst);
    const found = new Map<string, TensorRow>();
    const options = {reader: "plan", isInputFirst, mostElements, importance};
    for await (const row of measureTensor(tensor, [...new Set(own)], options)) {
      found.set(row.format, row);
      const asked = formats.filter((_, i) => own[i] === row.format && formats[i] !== row.format);
      const instead = asked.length === 0 ? "" : ` in place of ${asked.join(", ")}`;
      await tell((n + found.size / own.length) / names.length, `${name} in ${row.format}${instead}`);
    }
    formats.forEach((format, i) => {
      rows.push(rowOf(found.get(own[i])!, format, tensor));
    });
  }
  return rows;
}

function rowOf(row: TensorRow, asked: string, {shape}: StoredTensor): ErrorRow {
  const replaced = `rows of ${shape.join(" x ")} are no whole blocks of ${asked}: ${row.format} in its place`;
  const note = row.format === asked ? row.note : [replaced, row.note].filter(Boolean).join("; ");
  const {convention} = registry[row.format];
  return {...row, format: asked, convention, note, provenance: "measured"};
}

/**
 * Damages where no model is run: every tensor's relative squared error, weighed by importance where there is some, times its
 * share of the numbers that are planned.
 */
export function weightedErrors(
  rows: readonly ErrorRow[],
  {tensors, writtenFormat}: WrittenModel,
): FormatCost[] {
  const elements = new Map(rows.map((row) => [row.tensor, row.elements]));
  const total = [...elements.values()].reduce((sum, count) => sum + count, 0);
  const costs = new Map<string, FormatCost>();
  for (const row of rows) {
    const {tensor, format: asked, elements: count, bitsPerElement} = row;
    const error = relativeError(row);
    const stored = tensors.get(tensor);
    if (bitsPerElement === null || error === null || stored === undefined) continue;
    const format = writtenFormat(stored, asked);
    const bytes = Math.ceil((count * bitsPerElement) / 8);
    costs.set(`${format} ${tensor}`, {tensor, format, bytes, damage: (error * count) / total});
  }
  return [...costs.values()];
}

/** Null where it does not exist. The ratio of an exact copy is infinite, which JSON does not hold. */
function relativeError({mse, sqnrDb, weighedError}: ErrorRow): number | null {
  if (weighedError !== null && weighedError !== undefined) return weighedError;
  return mse === 0 ? 0 : sqnrDb === null ? null : 10 ** (-sqnrDb / 10);
}
