import {corpusSeeds} from "../../evaluate/eval-texts.js";
import {evaluateModel, memoized} from "../../evaluate/evaluate.js";
import {experiment} from "../../experiment/experiment.js";
import {parsePattern, patternDensity} from "../../sparse/pruning/pattern.js";
import {pruneDecoder} from "../../sparse/pruning/prune-decoder.js";
import {pruningMethods} from "../../sparse/pruning/registry.js";
import {bitmapBytes, denseBytes, groupBytes} from "../../sparse/pruning/stored-bytes.js";
import {optionNames} from "../../technique/option-names.js";
import {decoderWeights} from "../shared/decoders.js";
import {qualityCells, qualityColumns} from "../shared/quality-columns.js";
import {watched} from "../shared/watched.js";
import {calibrationDraws, PRUNED_MODELS, prunedColumns, prunedParams, readingModel} from "./pruned-models.js";

/** Patterns that the experiment offers, as they are written. */
const PATTERNS = [
  "0.9",
  "0.8",
  "0.7",
  "0.6",
  "0.5",
  "0.4",
  "0.3",
  "0.2",
  "0.1",
  "4:8",
  "3:4",
  "2:4",
  "1:4",
] as const;

/** Those of the shipped table: a curve over the density, and groups of four and of eight. */
const SHOWN = ["0.8", "0.7", "0.6", "0.5", "0.4", "0.3", "4:8", "3:4", "2:4", "1:4"] as const;

/** Quality of a decoder without some of its weights, by what chose them. */
export const pruning = experiment({
  id: "sparse/pruning",
  title: "Pruned weights",
  question: "How many weights can a model lose, and does it matter which, and where they stand?",
  source: pruningMethods.all.map(({label, source}) => `${label}: ${source}`).join("; "),
  params: {
    ...prunedParams,
    methods: {
      kind: "choices",
      label: "Methods",
      options: pruningMethods.ids,
      names: optionNames(pruningMethods.all),
      default: pruningMethods.ids,
      rowsBy: "method",
    },
    patterns: {
      kind: "choices",
      label: "Patterns",
      help: "A density: the share of weights that stay. N:M: of every M neighbours in a row N stay.",
      options: PATTERNS,
      default: SHOWN,
      rowsBy: "pattern",
    },
  },
  columns: {
    ...prunedColumns,
    family: {type: "string", label: "Family"},
    pattern: {type: "string", label: "Pattern"},
    grouped: {type: "boolean", label: "N of every M stay"},
    density: {type: "number", label: "Weights that stay, as set"},
    nonZeros: {type: "integer", label: "Weights that are not zero", provenance: "measured"},
    weights: {type: "integer", label: "Weights of the projections"},
    operations: {type: "integer", label: "Multiplications and additions of the projections for a token"},
    denseBytes: {type: "number", label: "Bytes with zeros stored, bfloat16"},
    bitmapBytes: {type: "number", label: "Bytes as values and a bit for each place, bfloat16"},
    groupBytes: {
      type: "number",
      label: "Bytes as values and their places in groups of M, bfloat16",
      nullable: true,
    },
    ...qualityColumns,
  },
  needs: PRUNED_MODELS.map((model) => `weights/${model}` as const),
  needsOf: ({model}) => [`weights/${model}`] as const,
  sweep: [
    {model: "decoder-small"},
    {model: "decoder-large", documents: 2, patterns: ["0.5", "0.3", "0.2", "2:4"]},
  ],
  async run({model, methods, patterns, documents, ...draw}, {data, progress}) {
    const weights = decoderWeights(model, data);
    const draws = await calibrationDraws(weights, draw);
    const seeds = corpusSeeds({documents});
    const baseline = memoized(await readingModel(weights));
    const settings = methods.flatMap((id) => {
      const method = pruningMethods.byId(id);
      const from = method.needs.length > 0 ? draws : [null];
      return patterns.flatMap((text) => from.map((drawn) => ({method, text, drawn})));
    });
    const rows = [];
    for (const [n, {method, text, drawn}] of settings.entries()) {
      const pattern = parsePattern(text);
      const [from, to] = [n / settings.length, (n + 1) / settings.length];
      const step = watched(progress, {from, to, what: `${method.label}, ${text}`});
      const statistics = drawn ? {statistics: drawn.statistics} : {};
      const pruned = pruneDecoder(weights, {method: method.id, pattern, ...statistics});
      const {pooled} = await evaluateModel(await readingModel(pruned.weights), baseline, seeds, step);
      const {elements, nonZeros} = pruned;
      rows.push({
        model,
        method: method.id,
        label: method.label,
        calibrationSeed: drawn?.seed ?? null,
        family: method.family,
        pattern: text,
        grouped: pattern.kind === "n-of-m",
        density: patternDensity(pattern),
        nonZeros,
        weights: elements,
        operations: 2 * nonZeros,
        denseBytes: denseBytes(elements),
        bitmapBytes: bitmapBytes(elements, nonZeros),
        groupBytes: pattern.kind === "n-of-m" ? groupBytes(elements, pattern) : null,
        ...qualityCells(pooled),
        provenance: "measured" as const,
      });
    }
    return rows;
  },
});
