import {forward} from "../../engine/decoder/decoder.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import type {EvalText} from "../../evaluate/eval-texts.js";
import {evaluateModel, memoized} from "../../evaluate/evaluate.js";
import {experiment} from "../../experiment/experiment.js";
import {mixtures} from "../../experts/registry.js";
import {
  loadedShares,
  multiplyingExperts,
  type RoutingTrace,
  routingTrace,
} from "../../experts/routing-trace.js";
import {documentMean} from "../../stats/documents.js";
import {mean} from "../../stats/moments.js";
import {optionNames} from "../../technique/option-names.js";
import {openedDecoder, testSeeds} from "../shared/decoder-texts.js";
import {known, qualityCells, qualityColumns} from "../shared/quality-columns.js";
import {watched} from "../shared/watched.js";
import {MIXTURE_NEEDS, MIXTURE_TECHNIQUES, openedMixture} from "./mixture-models.js";

/** Consecutive tokens that are computed at once: one is plain decoding, eight a verified draft, 64 a part of a prompt. */
const CHUNKS = [1, 2, 4, 8, 16, 32, 64];
const measured = {provenance: "measured"} as const;

/** Experts that chunks of tokens load of each mixture, and how well the mixtures read. */
export const loadedExperts = experiment({
  id: "experts/loaded",
  title: "Experts that a chunk of tokens loads",
  question: "What share of the experts do several tokens load together, and what does the model know?",
  source: mixtures.all.map(({label, source}) => `${label}: ${source}`).join("; "),
  params: {
    mixtures: {
      kind: "choices",
      label: "Mixtures",
      options: MIXTURE_TECHNIQUES,
      names: optionNames(mixtures.all),
      default: MIXTURE_TECHNIQUES,
      rowsBy: "mixture",
    },
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "More documents give narrower intervals.",
      min: 2,
      max: 64,
      default: 16,
      advanced: true,
    },
  },
  columns: {
    mixture: {type: "string", label: "Mixture"},
    label: {type: "string", label: "Mixture, in words"},
    chunk: {type: "integer", label: "Tokens of a chunk"},
    loaded: {type: "number", label: "Share of the experts that a chunk loads", provenance: "measured"},
    loadedLow: {
      type: "number",
      label: "Share loaded, lower end of 95 %",
      provenance: "measured",
      nullable: true,
    },
    loadedHigh: {
      type: "number",
      label: "Share loaded, upper end of 95 %",
      provenance: "measured",
      nullable: true,
    },
    perToken: {
      type: "number",
      label: "Experts with matrices that a token passes, mean",
      provenance: "measured",
    },
    experts: {type: "integer", label: "Experts with matrices in a layer"},
    passed: {
      type: "number",
      label: "Numbers in matrices of experts that a token passes, mean",
      provenance: "measured",
    },
    neurons: {
      type: "number",
      label: "Share of the neurons of passed experts that are not zero",
      provenance: "measured",
    },
    ...qualityColumns,
  },
  tables: {
    kinds: {
      mixture: {type: "string", label: "Mixture"},
      label: {type: "string", label: "Mixture, in words"},
      kind: {type: "string", label: "Kind of token"},
      perToken: {
        type: "number",
        label: "Experts with matrices that such a token passes, mean",
        provenance: "measured",
      },
      tokens: {type: "integer", label: "Tokens of this kind"},
    },
  },
  needs: [...MIXTURE_NEEDS, "weights/decoder-small"],
  sweep: [{}],
  async run({mixtures: ids, documents}, {data, progress}) {
    const baseline = await openedDecoder("decoder-small", data);
    const seeds = testSeeds(baseline.config, {documents});
    const plain = memoized({logits: (tokens) => forward(baseline, tokens), write: () => []});
    const [rows, kinds] = [[] as Row[], [] as KindRow[]];
    for (const [n, id] of ids.entries()) {
      const {label} = mixtures.byId(id);
      const model = await openedMixture(id, data);
      const read = reader(model);
      const step = watched(progress, {from: n / ids.length, to: (n + 1) / ids.length, what: label});
      const {pooled} = await evaluateModel({logits: read.logits, write: () => []}, plain, seeds, step);
      const facts = {mixture: id, label, ...measured};
      const cells = {...costCells(model, read), ...qualityCells(pooled)};
      for (const chunk of CHUNKS) rows.push({...facts, chunk, ...loadedCells(read.traces, chunk), ...cells});
      const texts = seeds.flatMap((seed) => seed.texts);
      for (const cells of kindCells(texts, read.traces)) kinds.push({...facts, ...cells});
    }
    return {rows, kinds};
  },
});

type Facts = {readonly mixture: string; readonly label: string} & typeof measured;
type Row = Facts & {readonly chunk: number} & ReturnType<typeof loadedCells> &
  ReturnType<typeof costCells> &
  ReturnType<typeof qualityCells>;
type KindRow = Facts & ReturnType<typeof kindCells>[number];

/** Reads texts and keeps what was routed. */
function reader(model: Decoder) {
  const traces: RoutingTrace[] = [];
  return {
    traces,
    logits(ids: readonly number[]) {
      const trace = routingTrace(model, ids);
      traces.push(trace);
      return {shape: [ids.length, model.config.vocabSize], data: trace.logits};
    },
  };
}

/** Mean share of the experts that chunks load, over layers and chunks of a document, then over documents. */
function loadedCells(traces: readonly RoutingTrace[], chunk: number) {
  const shares = traces.map(({layers}) => layers.flatMap((layer) => loadedShares(layer, chunk)));
  const sums = shares.map((each) => each.reduce((sum, share) => sum + share, 0));
  const {value, low, high} = documentMean({sums, sizes: shares.map(({length}) => length)});
  return {loaded: value, loadedLow: known(low), loadedHigh: known(high)};
}

/** Experts and numbers that a token passes. */
function costCells({config}: Decoder, {traces}: ReturnType<typeof reader>) {
  const [{layers}] = traces;
  const [{channels}] = layers;
  const counts = traces.flatMap(({layers}) =>
    layers.flatMap(({chosen}) => chosen.map((token) => multiplyingExperts(channels, token).length)),
  );
  const perToken = mean(counts);
  const matrices = channels.gated ? 3 : 2;
  return {
    perToken,
    experts: channels.experts,
    passed: layers.length * perToken * matrices * config.hiddenSize * channels.width,
    neurons: mean(traces.map(({neurons}) => neurons)),
  };
}

function kindCells(texts: readonly EvalText[], traces: readonly RoutingTrace[]) {
  const sums = new Map<string, {experts: number; tokens: number}>();
  texts.forEach(({tokens, answers, copies = []}, d) => {
    const [answered, copied] = [new Set(answers), new Set(copies)];
    const {layers} = traces[d];
    // The token at a place is read to predict the next one, so its kind is that of what it predicts.
    for (let t = 0; t + 1 < tokens.length; t++) {
      const kind = answered.has(t + 1) ? "before an answer" : copied.has(t + 1) ? "before a copy" : "others";
      const sum = sums.get(kind) ?? {experts: 0, tokens: 0};
      for (const {channels, chosen} of layers)
        sum.experts += multiplyingExperts(channels, chosen[t]).length / layers.length;
      sum.tokens++;
      sums.set(kind, sum);
    }
  });
  return Array.from(sums, ([kind, {experts, tokens}]) => ({kind, perToken: experts / tokens, tokens}));
}
