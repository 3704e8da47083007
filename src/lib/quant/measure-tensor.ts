/** Size and error of formats on the tensors of a checkpoint: the rows of `quantize`, of a plan and of the reader's own page. */
import {meanImportance} from "../checkpoint/importance/importance.js";
import {readSample, SAMPLE_ELEMENTS} from "../checkpoint/sample.js";
import type {StoredTensor} from "../checkpoint/stored-tensor.js";
import {fasterFormats} from "../checkpoint/wasm/wasm-formats.js";
import type {Format} from "../formats/format.js";
import {formatById} from "../formats/registry.js";
import {largestMagnitude} from "../formats/tensor-scale.js";
import {FormatError} from "../io/format-error.js";
import {type AddErrors, fasterErrors} from "../kernels/wasm-errors.js";
import {estimateMean} from "../stats/moments.js";
import {elementCount, type Tensor} from "../tensor/tensor.js";
import {transpose} from "../tensor/transpose.js";
import {measureByRows} from "./measure.js";
import {measureWeighed} from "./measure-weighed.js";

/** One tensor in one format. A measure that does not exist is null, and `note` says why. */
export interface TensorRow {
  readonly tensor: string;
  readonly format: string;
  readonly elements: number;
  /** Fewer than `elements` where the tensor is large, 0 where it cannot be read. */
  readonly measuredElements: number;
  readonly bitsPerElement: number | null;
  readonly mse: number | null;
  /** Standard error of `mse` where the tensor was sampled, by what the runs of the sample differ; 0 where all was measured. */
  readonly mseStandardError: number | null;
  readonly sqnrDb: number | null;
  readonly cosine: number | null;
  readonly maxAbsError: number | null;
  /** Relative squared error where each column counts by its importance; null where none is known. */
  readonly weighedError: number | null;
  /** Share of the measured elements beyond {@link OUTLIER_DEVIATIONS} root mean squares of them; the same for all formats. */
  readonly outlierShare: number | null;
  readonly note: string | null;
}

/** Root mean squares beyond which an element is an outlier. (LLM.int8, arXiv 2208.07339, takes a magnitude of 6) */
export const OUTLIER_DEVIATIONS = 6;

/** Parts of a tensor whose errors say how far a sample may be off. */
const PARTS = 64;

const INPUT_FIRST = "stored [in, out]: measured transposed, so that blocks run along the inputs";

/** Options of {@link measureTensor}. */
export interface MeasureOptions {
  /** The public function on whose behalf the tensor is read; errors in notes carry its name. */
  readonly reader?: string;
  /** The matrix is stored [in, out]; see inputFirstNames. */
  readonly isInputFirst?: boolean;
  /** Elements of a larger tensor that are read and measured. */
  readonly mostElements?: number;
  /** Importance of the columns, or of those of each matrix in the tensor; formats that can weigh errors by it do. */
  readonly importance?: Float32Array | undefined;
}

/**
 * The rows of one tensor, one for each format, each as soon as it is measured. A large tensor is sampled; blocks run along
 * the inputs of a matrix. One tensor that cannot be read, or one format that cannot take it, costs no other row.
 * @throws RangeError for an id that no format has.
 */
export async function* measureTensor(
  tensor: StoredTensor,
  formatIds: readonly string[],
  {
    reader = "measureTensor",
    isInputFirst = false,
    mostElements = SAMPLE_ELEMENTS,
    importance,
  }: MeasureOptions = {},
): AsyncGenerator<TensorRow, void, void> {
  const [faster, add] = await Promise.all([fasterFormats(), fasterErrors()]);
  const formats = formatIds.map((id) => faster(formatById(id)));
  const x = await sampleOrNote(tensor, {reader, isInputFirst, mostElements});
  const whole = {tensor: tensor.name, elements: elementCount(tensor.shape)};
  const measuredElements = typeof x === "string" ? 0 : elementCount(x.shape);
  const outlierShare = typeof x === "string" ? null : outlierShareOf(x.data);
  const amax = typeof x === "string" ? 0 : largestMagnitude(x);
  const weights = typeof x === "string" ? undefined : columnWeights(x, tensor, importance);
  for (const format of formats) {
    const found =
      typeof x === "string" ? {...NOTHING, note: x} : measureOrNote(format, x, {amax, tensor, weights, add});
    const note = found.note ?? (isInputFirst ? INPUT_FIRST : null);
    yield {...whole, format: format.id, measuredElements, ...found, outlierShare, note};
  }
}

/** Importance of the columns of a sample; undefined where it is none of whole rows. */
function columnWeights(
  x: Tensor,
  {shape}: StoredTensor,
  importance: Float32Array | undefined,
): Float32Array | undefined {
  const columns = x.shape.at(-1) ?? 0;
  if (importance === undefined || x.shape.length < 2 || columns === 0) return undefined;
  return shape.length < 2 ? undefined : meanImportance(importance, columns);
}

/** What is measured of a tensor, or the reason why nothing is. */
async function sampleOrNote(
  tensor: StoredTensor,
  {reader, isInputFirst, mostElements}: Required<Omit<MeasureOptions, "importance">>,
): Promise<Tensor | string> {
  if (tensor.unreadable !== null) return tensor.unreadable.reason;
  try {
    const sample = await readSample(reader, tensor, mostElements);
    return isInputFirst ? transposed(sample) : sample;
  } catch (error) {
    if (error instanceof RangeError || error instanceof FormatError) return error.message;
    throw error;
  }
}

function transposed({shape: [rows, columns], data}: Tensor): Tensor {
  return {shape: [columns, rows], data: transpose(data, rows, columns)};
}

/** Null where it does not exist: for no elements, and for a NaN or an infinity among them. */
function outlierShareOf(data: Float32Array): number | null {
  let squares = 0;
  for (let i = 0; i < data.length; i++) squares += data[i] * data[i];
  const limit = OUTLIER_DEVIATIONS * Math.sqrt(squares / data.length);
  if (!Number.isFinite(limit)) return null;
  let beyond = 0;
  for (let i = 0; i < data.length; i++) if (Math.abs(data[i]) > limit) beyond++;
  return beyond / data.length;
}

const NOTHING = {
  bitsPerElement: null,
  mse: null,
  mseStandardError: null,
  sqnrDb: null,
  cosine: null,
  maxAbsError: null,
  weighedError: null,
};

interface Measuring {
  readonly amax: number;
  readonly tensor: StoredTensor;
  readonly weights: Float32Array | undefined;
  readonly add: AddErrors;
}

function measureOrNote(format: Format, x: Tensor, {amax, tensor: {dtype, shape}, weights, add}: Measuring) {
  if (elementCount(x.shape) === 0) return {...NOTHING, note: "it has no elements"};
  // Read as float32, a number of the file may have become an infinity that the file does not hold.
  if (dtype === "F64" && x.data.some((value) => Math.abs(value) === Number.POSITIVE_INFINITY)) {
    return {
      ...NOTHING,
      note: "it holds an infinity, or a number beyond 3.4e38, where float32 ends, in which formats are measured",
    };
  }
  try {
    const part = Math.ceil(x.data.length / PARTS);
    const {
      relativeMse: _,
      partMses,
      ...measured
    } = weights === undefined
      ? {...measureByRows(format, x, amax, {atMost: part, add}), weighedError: null}
      : measureWeighed(format, x, weights, part);
    if (!Object.values(measured).some(Number.isNaN)) {
      const share = elementCount(x.shape) / elementCount(shape);
      return {...measured, mseStandardError: sampleStandardError(partMses, share), note: null};
    }
    return {...NOTHING, bitsPerElement: measured.bitsPerElement, note: whyNoError(format, x)};
  } catch (error) {
    if (error instanceof RangeError) return {...NOTHING, note: error.message};
    throw error;
  }
}

/**
 * Standard error of the mean over a sample, by the means of its parts: their spread over the root of their number, less what
 * a sample of so large a share of the whole cannot miss; 0 where nothing was left out. (Cochran, Sampling Techniques, 2.6)
 */
export function sampleStandardError(partMeans: readonly number[], share: number): number {
  return share === 1 ? 0 : estimateMean(partMeans).standardError * Math.sqrt(1 - share);
}

/** The tensor's own fault or the format's: an infinity of the file, or a number that became one. */
function whyNoError({id}: Format, {data}: Tensor): string {
  return data.every(Number.isFinite)
    ? `${id} has no room for the largest of its numbers, which become infinities, so that no error exists`
    : "it holds a NaN or an infinity, so that no error exists";
}
