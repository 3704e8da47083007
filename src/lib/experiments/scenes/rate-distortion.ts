import {experiment} from "../../experiment/experiment.js";
import {bestAt, crossingOf} from "../../scenes/crossing.js";
import {OUTSIDE} from "../../scenes/outside.js";
import {COMPARING} from "../../scenes/quality.js";
import {loadCodecs, ORIGINAL, TEXT_CODECS} from "../../scenes/rates.js";
import {studentInterval} from "../../stats/interval.js";
import {estimateMean, mean} from "../../stats/moments.js";
import {type ComparedObject, comparedObjects, type RateQuality} from "../shared/compared-objects.js";
import {qualityColumns} from "./quality-columns.js";

/** Distances from the grammar whose rows are shipped. */
export const AMPLITUDES = [0, 0.03, 0.1, 0.3] as const;
/** The ratio at which the paper sees words overtake structure. */
export const PRINTED_CROSSING = 100;

/** Error against bytes for every way of storing an object, over many objects. */
export const rateDistortion = experiment({
  id: "scenes/rate-distortion",
  title: "Words instead of triangles",
  question:
    "From which compression on does a text about an object say more of its shape than its triangles do?",
  source:
    "semantic compression of 3D objects, arXiv:2505.16679; Draco, meshoptimizer; Chamfer distances as in arXiv:1612.00603",
  params: {
    amplitude: {
      kind: "choice",
      label: "Distance from the grammar",
      help: "0: objects that the grammar can describe. Waves on the surface, a bend and further parts grow with it; at 1 an object would be bent by a quarter turn.",
      options: AMPLITUDES,
      default: 0.1,
    },
    outside: {
      kind: "choice",
      label: "What leaves the grammar",
      options: OUTSIDE,
      default: "all",
      advanced: true,
    },
    perFamily: {
      kind: "integer",
      label: "Objects of each kind and seed",
      help: "There are six kinds.",
      min: 1,
      max: 20,
      default: 4,
      advanced: true,
    },
    seeds: {kind: "integer", label: "Seeds", min: 1, max: 5, default: 3, advanced: true},
    detail: {
      kind: "integer",
      label: "Fineness of the tessellation",
      help: "Triangles grow with its square; 9 gives up to 50 thousand.",
      min: 1,
      max: 9,
      default: 3,
      advanced: true,
    },
    points: {
      kind: "integer",
      label: "Points on a surface",
      min: 200,
      max: 20_000,
      log: true,
      default: 2000,
      advanced: true,
    },
  },
  columns: {
    amplitude: {type: "number", label: "Distance from the grammar"},
    codec: {type: "string", label: "Codec"},
    label: {type: "string", label: "Way of storing"},
    kept: {type: "string", label: "Setting"},
    bytes: {type: "number", label: "File, geometric mean", unit: "bytes", provenance: "measured"},
    ratio: {type: "number", label: "Times smaller, geometric mean", provenance: "measured"},
    chamfer: {type: "number", label: "Chamfer distance", unit: "of the largest edge", provenance: "measured"},
    chamferLow: {
      type: "number",
      label: "Lower end of the 95 % interval",
      provenance: "measured",
      nullable: true,
    },
    chamferHigh: {
      type: "number",
      label: "Upper end of the 95 % interval",
      provenance: "measured",
      nullable: true,
    },
    ...qualityColumns,
    objects: {type: "integer", label: "Objects"},
    bySeed: {type: "numbers", label: "Chamfer distance by seed", provenance: "measured"},
  },
  tables: {
    crossings: {
      amplitude: {type: "number", label: "Distance from the grammar"},
      codec: {type: "string", label: "Codec"},
      label: {type: "string", label: "Words that structure is compared with"},
      ratio: {type: "number", label: "Compression up to which structure is better", provenance: "measured"},
      ratioLow: {
        type: "number",
        label: "Lower end of the 95 % interval",
        provenance: "measured",
        nullable: true,
      },
      ratioHigh: {
        type: "number",
        label: "Upper end of the 95 % interval",
        provenance: "measured",
        nullable: true,
      },
      beyond: {
        type: "integer",
        label: "Objects whose smallest file is still better: the crossing lies beyond",
        provenance: "measured",
      },
      gap: {
        type: "number",
        label: "Best structural error at 100 times and more, less that of the words",
        unit: "of the largest edge",
        provenance: "measured",
      },
      gapLow: {
        type: "number",
        label: "Lower end of the 95 % interval",
        provenance: "measured",
        nullable: true,
      },
      gapHigh: {
        type: "number",
        label: "Upper end of the 95 % interval",
        provenance: "measured",
        nullable: true,
      },
      objects: {type: "integer", label: "Objects"},
    },
  },
  needs: [],
  sweep: AMPLITUDES.map((amplitude) => ({amplitude})),
  async run({amplitude, outside, perFamily, seeds: count, detail, points}, {progress}) {
    const codecs = await loadCodecs();
    const seeds = Array.from({length: count}, (_, i) => i + 1);
    const comparing = {...COMPARING, points, resolution: 48};
    const setting = {outside, amplitude, perFamily, seeds, detail, comparing};
    const objects = await comparedObjects(setting, codecs, progress);
    const [first] = objects;
    return {
      rows: first.rates.map((_, place) => ({amplitude, ...meanCells(objects, place)})),
      crossings: (["text", "text-outline"] as const).map((codec) => ({
        amplitude,
        ...crossingCells(objects, codec),
      })),
    };
  },
});

/** Means over the objects of what the rate at one place of each is. */
function meanCells(objects: readonly ComparedObject[], place: number) {
  const all = objects.map(({rates}) => rates[place]);
  const {codec, label, kept} = all[0];
  const over = (of: (rate: RateQuality) => number) => mean(all.map(of));
  const chamfer = interval(all.map((rate) => rate.chamfer));
  const seeds = [...new Set(objects.map(({seed}) => seed))];
  return {
    codec,
    label,
    kept,
    bytes: 2 ** over(({bytes}) => Math.log2(bytes)),
    ratio: 2 ** mean(objects.map(({raw, rates}) => Math.log2(raw / rates[place].bytes))),
    chamfer: chamfer.value,
    chamferLow: chamfer.low,
    chamferHigh: chamfer.high,
    chamferSquared: over(({chamferSquared}) => chamferSquared),
    hausdorff: over(({hausdorff}) => hausdorff),
    fScore: over(({fScore}) => fScore),
    normalConsistency: over(({normalConsistency}) => normalConsistency),
    silhouetteIou: over(({silhouetteIou}) => silhouetteIou),
    objects: objects.length,
    bySeed: seeds.map((seed) =>
      mean(objects.filter((object) => object.seed === seed).map(({rates}) => rates[place].chamfer)),
    ),
    provenance: "measured" as const,
  };
}

/** Student's t over objects; no ends where there are too few. */
function interval(values: readonly number[]) {
  const {value, low, high} = studentInterval(estimateMean(Float64Array.from(values)), values.length);
  const known = (end: number) => (Number.isFinite(end) ? end : null);
  return {value, low: known(low), high: known(high)};
}

/** The crossing of one way of using words with all codecs of meshes, over the objects. */
function crossingCells(objects: readonly ComparedObject[], codec: "text" | "text-outline") {
  const pairs = objects.map(({raw, rates}) => {
    const files = rates.filter((rate) => !(rate.codec in TEXT_CODECS) && rate.codec !== ORIGINAL);
    const words = rates.filter((rate) => rate.codec === codec).map(asError);
    const best = words.reduce((a, b) => (b.error < a.error ? b : a));
    const crossing = crossingOf(raw, files.map(asError), best);
    return {...crossing, gap: bestAt(raw, files.map(asError), PRINTED_CROSSING) - best.error};
  });
  const ratio = interval(pairs.map((pair) => Math.log2(pair.ratio)));
  const gap = interval(pairs.map((pair) => pair.gap));
  const power = (value: number | null) => (value === null ? null : 2 ** value);
  return {
    codec,
    label: TEXT_CODECS[codec],
    ratio: 2 ** ratio.value,
    ratioLow: power(ratio.low),
    ratioHigh: power(ratio.high),
    beyond: pairs.filter(({isBeyond}) => isBeyond).length,
    gap: gap.value,
    gapLow: gap.low,
    gapHigh: gap.high,
    objects: objects.length,
    provenance: "measured" as const,
  };
}

const asError = ({bytes, chamfer}: RateQuality) => ({bytes, error: chamfer});
