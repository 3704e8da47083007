import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusCalibration, corpusSeeds} from "../../evaluate/eval-texts.js";
import type {Row} from "../../experiment/columns.js";
import {experiment} from "../../experiment/experiment.js";
import {parseCascade} from "../../reductions/cascade/cascade.js";
import {cascades} from "../../reductions/cascade/cascades.js";
import {runCascade} from "../../reductions/cascade/run-cascade.js";
import {addCounts, COUNT_NAMES, type Tally, tally} from "../../reductions/counts.js";
import type {OrderSetting, SoftmaxOrder} from "../../reductions/order.js";
import {plainSoftmax} from "../../reductions/plain/technique.js";
import {softmaxOrders} from "../../reductions/registry.js";
import {calibratedCentre, isInRange} from "../../reductions/unified-max/technique.js";
import {documentMean, documentShare} from "../../stats/documents.js";
import {largest} from "../../stats/extent.js";
import {optionNames} from "../../technique/option-names.js";
import {exactly} from "../../tensor/softmax-part.js";
import {decoderWeights} from "../shared/decoders.js";
import {intervalEnd, known} from "../shared/quality-columns.js";
import {firstKeys, type HeadQuery, lastQueries} from "./head-rows.js";

const MODELS = ["decoder-small", "decoder-large"] as const;
/** Texts that the centre of the unified maximum is calibrated on. */
const CALIBRATION_TEXTS = 8;
/** Tokens of a text: a query at its end has as many keys. */
const CONTEXT = 128;
/** Keys of a query that cascades run over. */
const CASCADE_KEYS = [16, 32, 64, 128];

const ROUNDS = {float32: Math.fround, float64: exactly} as const;
const PRECISIONS = Object.keys(ROUNDS) as (keyof typeof ROUNDS)[];

const count = (label: string) => ({type: "number", label, provenance: "measured"}) as const;

const columns = {
  model: {type: "string", label: "Model"},
  order: {type: "string", label: "Order"},
  label: {type: "string", label: "Name"},
  family: {type: "string", label: "Family"},
  precision: {type: "string", label: "Arithmetic"},
  worst: count("Largest difference from plain softmax in float64, of the largest value of a row"),
  error: count("The same on average"),
  errorLow: intervalEnd("On average, lower end of 95 %"),
  errorHigh: intervalEnd("On average, upper end of 95 %"),
  exponentials: count("Exponentials a row"),
  rescales: count("Corrections of a result a row"),
  divisions: count("Divisions a row"),
  tiles: count("Tiles a row"),
  partials: count("Results that workers hand over, a row"),
  scoresRead: count("Scores that are read, a row"),
  recomputed: count("Share of rows computed anew"),
  recomputedLow: intervalEnd("Computed anew, lower end of 95 %"),
  recomputedHigh: intervalEnd("Computed anew, upper end of 95 %"),
  documents: {type: "integer", label: "Documents, which the intervals count"},
} as const;

const rangeColumns = {
  model: {type: "string", label: "Model"},
  layer: {type: "string", label: "Layer"},
  reach: {type: "number", label: "Reach of the range above and below its centre"},
  recomputed: count("Share of rows with a score out of range"),
  recomputedLow: intervalEnd("Out of range, lower end of 95 %"),
  recomputedHigh: intervalEnd("Out of range, upper end of 95 %"),
  documents: {type: "integer", label: "Documents"},
} as const;

const cascadeColumns = {
  model: {type: "string", label: "Model"},
  cascade: {type: "string", label: "Cascade"},
  label: {type: "string", label: "Name"},
  family: {type: "string", label: "Family"},
  keys: {type: "integer", label: "Keys of a query"},
  passes: count("Visits of every key"),
  held: count("Numbers that are held between the lines, at most"),
  exponentials: count("Exponentials a query"),
  divisions: count("Divisions a query"),
  worst: count("Largest difference from plain softmax, of the largest value of a row"),
} as const;

/** The same attention of trained heads, summed in other orders. */
export const orders = experiment({
  id: "reductions/orders",
  title: "The same softmax in other orders",
  question: "What does another order of the same sums save, and what does it change?",
  source: [...softmaxOrders.all, ...cascades.all].map(({label, source}) => `${label}: ${source}`).join("; "),
  params: {
    model: {
      kind: "choice",
      label: "Model",
      help: "Its heads give the scores: the last query of every head and document.",
      options: MODELS,
      default: "decoder-small",
    },
    orders: {
      kind: "choices",
      label: "Orders",
      options: softmaxOrders.ids,
      names: optionNames(softmaxOrders.all),
      default: softmaxOrders.ids,
      rowsBy: "order",
    },
    tile: {kind: "integer", label: "Tile", unit: "keys", min: 1, max: 128, log: true, default: 16},
    workers: {
      kind: "integer",
      label: "Workers",
      help: "Share the heads of a layer and their keys.",
      min: 1,
      max: 64,
      log: true,
      default: 10,
    },
    reach: {
      kind: "number",
      label: "Reach of the unified maximum",
      help: "A row with a score farther from the centre is computed anew. Float16 ends near 11 above.",
      min: 0.5,
      max: 80,
      step: 0.5,
      log: true,
      default: 11,
    },
    precision: {
      kind: "choice",
      label: "Arithmetic",
      options: PRECISIONS,
      default: "float32",
    },
    reaches: {
      kind: "choices",
      label: "Ranges that are tried",
      options: [1, 2, 3, 4, 6, 8, 11, 16, 24, 40],
      default: [1, 2, 3, 4, 6, 8, 11, 16, 24, 40],
      advanced: true,
    },
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "Of 128 tokens. More documents give narrower intervals.",
      min: 1,
      max: 32,
      default: 8,
      advanced: true,
    },
  },
  columns,
  tables: {ranges: rangeColumns, cascades: cascadeColumns},
  needs: MODELS.map((model) => `weights/${model}` as const),
  needsOf: ({model}) => [`weights/${model}`] as const,
  sweep: [{}, {model: "decoder-large", documents: 4}],
  async run({model, orders: ids, tile, workers, reach, precision, reaches, documents}, {data, progress}) {
    const decoder = await decoderOf(decoderWeights(model, data), {backend: await wasmBackend()});
    const texts = corpusSeeds({documents, context: CONTEXT}).flatMap((seed) => seed.texts);
    const asked: HeadQuery[][] = [];
    for (const [n, {tokens}] of texts.entries()) {
      await progress((0.5 * n) / texts.length, "reading");
      asked.push(lastQueries(decoder, tokens.slice(0, CONTEXT)));
    }
    const calibration = corpusCalibration(CALIBRATION_TEXTS, {context: CONTEXT});
    const centre = calibratedCentre(
      calibration.flatMap((ids) => lastQueries(decoder, ids.slice(0, CONTEXT)).map(({row}) => row)),
    );
    const range = (each: number) => ({centre, above: each, below: each});
    const setting = {tile, workers, range: range(reach), round: ROUNDS[precision]};
    const rows: Row<typeof columns>[] = [];
    for (const [n, id] of ids.entries()) {
      await progress(0.5 + (0.4 * n) / ids.length, id);
      rows.push({model, precision, ...orderCells(softmaxOrders.byId(id), asked, setting)});
    }
    await progress(0.9, "cascades");
    return {
      rows,
      ranges: reaches.flatMap((each) => rangeRows(model, asked, range(each))),
      cascades: CASCADE_KEYS.flatMap((keys) => cascadeRows(model, asked, keys, tile)),
    };
  },
});

/** What an order did on one document. */
interface Read {
  readonly counts: Tally;
  readonly errors: readonly number[];
}

/** Runs an order on a document, the heads of a layer together. */
function readDocument(order: SoftmaxOrder, queries: readonly HeadQuery[], setting: OrderSetting): Read {
  const counts = tally();
  const errors: number[] = [];
  for (const heads of byLayer(queries)) {
    const rows = heads.map(({row}) => row);
    const run = order.run(rows, setting);
    const exact = plainSoftmax.run(rows).outputs;
    addCounts(counts, run.counts);
    rows.forEach(({values}, i) => {
      errors.push(relativeGap(run.outputs[i], exact[i], values));
    });
  }
  return {counts, errors};
}

function byLayer(queries: readonly HeadQuery[]): HeadQuery[][] {
  const layers = largest(queries.map(({layer}) => layer)) + 1;
  return Array.from({length: layers}, (_, at) => queries.filter(({layer}) => layer === at));
}

/** Largest difference of two outputs over the largest value that they mix. */
function relativeGap(a: Float64Array, b: Float64Array, values: Float64Array): number {
  const most = values.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  return a.reduce((gap, value, d) => Math.max(gap, Math.abs(value - b[d])), 0) / (most || 1);
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

function orderCells(
  order: SoftmaxOrder,
  asked: readonly (readonly HeadQuery[])[],
  setting: OrderSetting,
): Omit<Row<typeof columns>, "model" | "precision"> {
  const read = asked.map((queries) => readDocument(order, queries, setting));
  const sizes = read.map(({errors}) => errors.length);
  const error = documentMean({sums: read.map(({errors}) => sumOf(errors)), sizes});
  const all = tally();
  for (const {counts} of read) addCounts(all, counts);
  const each = Object.fromEntries(COUNT_NAMES.map((name) => [name, all[name] / sumOf(sizes)])) as Tally;
  const again = documentShare(read.map(({counts}, i) => ({right: counts.recomputed, trials: sizes[i]})));
  return {
    order: order.id,
    label: order.label,
    family: order.family,
    worst: largest(read.flatMap(({errors}) => errors)),
    error: error.value,
    errorLow: known(error.low),
    errorHigh: known(error.high),
    ...each,
    recomputedLow: known(again.low),
    recomputedHigh: known(again.high),
    documents: asked.length,
    provenance: "measured",
  };
}

const ALL_LAYERS = "all";

/** Shares of rows with a score out of range, over all layers and in each. */
function rangeRows(
  model: string,
  asked: readonly (readonly HeadQuery[])[],
  range: OrderSetting["range"],
): Row<typeof rangeColumns>[] {
  const layers = byLayer(asked[0]).map((_, at) => String(at));
  return [ALL_LAYERS, ...layers].map((layer) => {
    const trials = asked.map((queries) => {
      const own = queries.filter((query) => layer === ALL_LAYERS || String(query.layer) === layer);
      const out = own.filter(({row}) => !row.scores.every((score) => isInRange(score, range)));
      return {right: out.length, trials: own.length};
    });
    const {share, low, high} = documentShare(trials);
    return {
      model,
      layer,
      reach: range.above,
      recomputed: share,
      recomputedLow: known(low),
      recomputedHigh: known(high),
      documents: asked.length,
      provenance: "measured",
    };
  });
}

/** Counts of each cascade on the first document's heads, with so many keys. */
function cascadeRows(
  model: string,
  asked: readonly (readonly HeadQuery[])[],
  keys: number,
  tile: number,
): Row<typeof cascadeColumns>[] {
  const queries = asked[0].map((query) => firstKeys(query, keys));
  const exact = plainSoftmax.run(queries.map(({row}) => row)).outputs;
  return cascades.all.map(({id, label, family, text}) => {
    const cascade = parseCascade(text);
    const runs = queries.map(({q, k, row}) => runCascade(cascade, {q, k, v: row.values, tile}));
    const [{passes, held, divisions, exponentials}] = runs;
    const gaps = runs.map(({output}, i) => relativeGap(output, exact[i], queries[i].row.values));
    const cells = {passes, held, divisions, exponentials, worst: largest(gaps)};
    return {model, cascade: id, label, family, keys, ...cells, provenance: "measured"};
  });
}
