import {experiment} from "../../experiment/experiment.js";
import {formats} from "../../formats/registry.js";
import {fasterRows} from "../../kernels/wasm-hadamard.js";
import {measure, type RoundTrip, roundTrip} from "../../quant/measure.js";
import {largest} from "../../stats/extent.js";
import {optionNames} from "../../technique/option-names.js";
import {tensorError} from "../../tensor/error.js";
import {hadamard} from "../../tensor/hadamard.js";
import {randomStream} from "../../tensor/random.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";
import {formatColumns, formatIds, measuredColumns} from "./columns.js";
import {
  COLUMNS,
  DATA_NEEDS,
  pickColumns,
  sample,
  scaleColumns,
  seedParam,
  sourceParam,
  tensorsOf,
} from "./sources.js";

const SYNTHETIC = "synthetic";
const VALUES = [SYNTHETIC, ...DATA_NEEDS] as const;

const DEFAULT_FORMATS = formatIds("int8_token", "int4", "mxfp4", "nvfp4", "razer");

/** Damage of outlier columns to each format, and the part of it that a rotation takes back. */
export const hadamardOutliers = experiment({
  id: "formats/hadamard-outliers",
  title: "Hadamard and outliers",
  question:
    "What do a few large columns cost, and how much of it does a Hadamard rotation of each row take back?",
  source: "arXiv:2404.00456, section 3; arXiv:2410.13229",
  params: {
    values: {
      kind: "choice",
      label: "Values",
      help: "A normal tensor of 256 x 1024 with columns made large, or the matrices of a trained model as they are.",
      options: VALUES,
      names: sourceParam.names,
      default: SYNTHETIC,
    },
    factors: {
      kind: "choices",
      label: "Outlier factors",
      help: "What the large columns of the synthetic tensor are multiplied by; 1 leaves them as they are.",
      options: [1, 2, 5, 10, 20, 50, 100],
      default: [1, 2, 5, 10, 20, 50, 100],
    },
    columns: {
      kind: "integer",
      label: "Outlier columns",
      help: "How many of the 1024 columns are large.",
      min: 1,
      max: 64,
      default: 8,
    },
    formats: {
      kind: "choices",
      label: "Formats",
      options: Object.keys(formats),
      names: optionNames(Object.values(formats)),
      default: DEFAULT_FORMATS,
    },
    seed: seedParam,
  },
  columns: {
    values: {type: "string", label: "Values"},
    factor: {type: "number", label: "Outlier factor", nullable: true},
    isRotated: {type: "boolean", label: "Rotated"},
    peakToRms: {type: "number", label: "Largest magnitude over root mean square", provenance: "measured"},
    ...formatColumns,
    ...measuredColumns,
    ordinarySqnrDb: {
      type: "number",
      label: "Signal to quantization noise of the columns that are no outliers",
      unit: "dB",
      nullable: true,
      provenance: "measured",
    },
  },
  needs: DATA_NEEDS,
  sweep: VALUES.map((values) => ({values})),
  async run({values, factors, columns, formats: ids, seed}, {data, progress}) {
    const isSynthetic = values === SYNTHETIC;
    const sources = isSynthetic
      ? factors.map((factor) => ({factor, tensors: [synthetic(factor, columns, seed)]}))
      : [{factor: null, tensors: rotatable([...tensorsOf(values, seed, data).values()])}];
    const faster = await fasterRows();
    const rows = [];
    for (const [index, {factor, tensors}] of sources.entries()) {
      for (const isRotated of [false, true]) {
        const seen = isRotated ? tensors.map((x) => hadamard(x, faster)) : tensors;
        const peakToRms = largest(seen.map(peakOverRms));
        for (const id of ids) {
          await progress((index + (isRotated ? 0.5 : 0)) / sources.length, id);
          const format = formats[id];
          // Rotated back, so that the error is that of the values themselves.
          const trips = seen.map((z, i) => {
            const trip = roundTrip(format, z);
            return isRotated
              ? {...trip, x: tensors[i], y: hadamard(trip.y, {...faster, inverse: true})}
              : trip;
          });
          const {relativeMse: _, ...measured} = measure(trips);
          const ordinarySqnrDb = isSynthetic ? sqnrOfOthers(trips[0], outlierColumns(columns, seed)) : null;
          const {family, convention} = format;
          const key = {values, factor, isRotated, peakToRms, format: id, family, convention};
          rows.push({...key, ...measured, ordinarySqnrDb, provenance: "measured" as const});
        }
      }
    }
    return rows;
  },
});

function synthetic(factor: number, count: number, seed: number): Tensor {
  return scaleColumns(sample("normal", seed), outlierColumns(count, seed), factor);
}

function outlierColumns(count: number, seed: number): ReadonlySet<number> {
  return pickColumns(count, COLUMNS, randomStream(seed, "outlier columns").integer);
}

/** The large columns hold most of the signal: how the others fare shows in them alone. */
function sqnrOfOthers({x, y}: RoundTrip, outliers: ReadonlySet<number>): number {
  const {columns} = matrixSize(x);
  const others = (data: Float32Array) => data.filter((_, i) => !outliers.has(i % columns));
  return tensorError(others(x.data), others(y.data)).sqnrDb;
}

/** The tensors whose rows have a length that a Hadamard transform exists for. */
function rotatable(tensors: readonly Tensor[]): Tensor[] {
  return tensors.filter(({shape}) => {
    const length = shape.at(-1)!;
    return [1, 12, 20, 28, 40].some((order) => Number.isInteger(Math.log2(length / order)));
  });
}

function peakOverRms({data}: Tensor): number {
  let peak = 0;
  let sum = 0;
  for (const value of data) {
    peak = Math.max(peak, Math.abs(value));
    sum += value * value;
  }
  return peak / Math.sqrt(sum / data.length);
}
