import {experiment} from "../../experiment/experiment.js";
import type {Format} from "../../formats/format.js";
import {unpackCodes} from "../../formats/pack.js";
import {formats} from "../../formats/registry.js";
import {optionNames} from "../../technique/option-names.js";
import {elementCount, matrixSize, type Tensor} from "../../tensor/tensor.js";
import {formatColumns, formatIds} from "./columns.js";
import {DATA_NEEDS, seedParam, sourceParam, tensorsOf} from "./sources.js";

/** Number of equal bins for the magnitudes of a block. */
const BINS = 32;

/** Formats whose codes a reader can see one by one. */
const SMALL = Object.values(formats).filter(
  ({codebook: {bits}, layout}) => bits <= 8 && layout === undefined,
);

const BY = ["magnitude", "code"] as const;

/** Settings of the shipped table. */
const SHOWN = {
  distributions: ["normal", "outlier-columns", "weights/decoder-small"],
  formats: formatIds(
    "int4",
    "fp4",
    "nf4",
    "mxfp4",
    "mxint4",
    "nvfp4",
    "four_over_six",
    "razer",
    "mxfp6_e2m3",
    "mxfp6_e3m2",
  ),
} as const;

/** Parts of a format's error: by magnitudes, and by codes. */
export const errorAnatomy = experiment({
  id: "formats/error-anatomy",
  title: "Where the error goes",
  question: "Which values carry the squared error, and which codes do any work?",
  source: "number formats as their registry cites them",
  params: {
    format: {
      kind: "choice",
      label: "Format",
      options: SMALL.map(({id}) => id),
      names: optionNames(SMALL),
      default: "mxfp4",
    },
    by: {
      kind: "choice",
      label: "Sorted by",
      help: "The magnitude of a value over the largest of its block, or its code.",
      options: BY,
      default: "magnitude",
    },
    distribution: sourceParam,
    seed: seedParam,
  },
  columns: {
    distribution: {type: "string", label: "Values"},
    ...formatColumns,
    by: {type: "string", label: "Sorted by"},
    bin: {type: "integer", label: "Bin or code"},
    value: {
      type: "number",
      label: "Upper end of the bin over the block's largest, or the code's value before scaling",
      nullable: true,
    },
    elementShare: {type: "number", label: "Share of the elements", provenance: "measured"},
    errorShare: {type: "number", label: "Share of the squared error", provenance: "measured"},
    mse: {type: "number", label: "Mean squared error in the bin", nullable: true, provenance: "measured"},
    bias: {
      type: "number",
      label: "Mean of decoded minus original in the bin",
      nullable: true,
      provenance: "measured",
    },
  },
  needs: DATA_NEEDS,
  sweep: SHOWN.distributions.flatMap((distribution) =>
    SHOWN.formats.flatMap((format) => BY.map((by) => ({distribution, format, by}))),
  ),
  async run({format: id, by, distribution, seed}, {data, progress}) {
    const format = formats[id];
    const tensors = [...tensorsOf(distribution, seed, data)];
    const bins = makeBins(by === "code" ? 2 ** format.codebook.bits : BINS);
    for (const [index, [name, x]] of tensors.entries()) {
      await progress(index / tensors.length, name);
      addTensor(bins, format, x, by);
    }
    const elements = bins.count.reduce((sum, count) => sum + count, 0);
    const noise = bins.squared.reduce((sum, squared) => sum + squared, 0);
    return Array.from(bins.count, (count, bin) => ({
      distribution,
      format: id,
      family: format.family,
      convention: format.convention,
      by,
      bin,
      value: finiteOrNull(by === "code" ? format.codebook.values[bin] : (bin + 1) / BINS),
      elementShare: count / elements,
      errorShare: noise === 0 ? 0 : bins.squared[bin] / noise,
      mse: finiteOrNull(bins.squared[bin] / count),
      bias: finiteOrNull(bins.signed[bin] / count),
      provenance: "measured" as const,
    }));
  },
});

interface Bins {
  readonly count: Float64Array;
  readonly squared: Float64Array;
  readonly signed: Float64Array;
}

function makeBins(size: number): Bins {
  return {count: new Float64Array(size), squared: new Float64Array(size), signed: new Float64Array(size)};
}

function addTensor(bins: Bins, format: Format, x: Tensor, by: "magnitude" | "code"): void {
  const packed = format.encode(x);
  const y = format.decode(packed).data;
  const binOf = by === "code" ? codesOf(format, packed.parts.codes, x) : magnitudeBins(x, format.blockSize);
  for (let i = 0; i < y.length; i++) {
    const bin = binOf[i];
    const difference = y[i] - x.data[i];
    bins.count[bin]++;
    bins.squared[bin] += difference * difference;
    bins.signed[bin] += difference;
  }
}

function codesOf({codebook}: Format, codes: Uint8Array, {shape}: Tensor): ArrayLike<number> {
  return unpackCodes(codes, codebook.bits, elementCount(shape));
}

/** For each element the bin of its magnitude over the largest of its block, or of its row where all share a scale. */
function magnitudeBins(x: Tensor, blockSize: number | null): Uint8Array {
  const {rows, columns} = matrixSize(x);
  const bins = new Uint8Array(x.data.length);
  const size = blockSize ?? columns;
  for (let row = 0; row < rows; row++) {
    for (let start = 0; start < columns; start += size) {
      const [from, to] = [row * columns + start, row * columns + Math.min(start + size, columns)];
      let largest = 0;
      for (let i = from; i < to; i++) largest = Math.max(largest, Math.abs(x.data[i]));
      for (let i = from; i < to; i++) {
        const share = largest === 0 ? 0 : Math.abs(x.data[i]) / largest;
        bins[i] = Math.min(BINS - 1, Math.floor(share * BINS));
      }
    }
  }
  return bins;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
