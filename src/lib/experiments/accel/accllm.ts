import {
  ACCLLM_COMBINATIONS,
  ACCLLM_LLAMA,
  type AccLlmMeasures,
  accLlmTokensPerSecond,
  bitsPerOriginalWeight,
  bytesPerToken,
} from "../../accel/accllm/cost.js";
import {twoBitKept} from "../../accel/accllm/two-bit.js";
import {lambdaMask} from "../../attention/lambda-mask.js";
import {selectionShape} from "../../attention/selection.js";
import {selectionHooks} from "../../attention/selection-hooks.js";
import {formatCache} from "../../engine/cache/format-cache.js";
import {forward} from "../../engine/decoder/decoder.js";
import {type DecoderWeights, decoderOf, inputGroups} from "../../engine/decoder/decoder-weights.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {evaluateModel, memoized} from "../../evaluate/evaluate.js";
import {experiment} from "../../experiment/experiment.js";
import {formatById} from "../../formats/registry.js";
import {nOfM} from "../../sparse/pruning/pattern.js";
import {pruneDecoder} from "../../sparse/pruning/prune-decoder.js";
import {testSeeds} from "../shared/decoder-texts.js";
import {decoderWeights} from "../shared/decoders.js";
import {qualityCells, qualityColumns} from "../shared/quality-columns.js";
import {watched} from "../shared/watched.js";
import {calibrationDraws} from "../sparse/pruned-models.js";

const MODEL = "decoder-small";

/** Names of the measures that are on. */
function nameOf({sparse, twoBit, kv4, lambda}: AccLlmMeasures): string {
  const on = [sparse && "2:4", twoBit && "W2", kv4 && "KV4", lambda && "Λ"].filter((part) => part !== false);
  return on.length === 0 ? "none" : on.join(" + ");
}

/** Weights with two of every four zero, in two bits, or both. */
function changed(dense: DecoderWeights, pruned: DecoderWeights, measures: AccLlmMeasures, groupSize: number) {
  const from = measures.sparse ? pruned : dense;
  if (!measures.twoBit) return from;
  const tensors = new Map(from.tensors);
  for (const name of inputGroups(dense).flatMap(({readers}) => readers)) {
    const {shape, data} = from.tensors.get(name)!;
    const mask = data.map((value) => (measures.sparse && value === 0 ? 0 : 1));
    tensors.set(name, {shape, data: twoBitKept(data, mask, groupSize)});
  }
  return {config: dense.config, tensors};
}

async function reader(weights: DecoderWeights, {kv4, lambda}: AccLlmMeasures, sinks: number, window: number) {
  const model = await decoderOf(weights, {backend: await wasmBackend()});
  const hooks = selectionHooks((queries) => lambdaMask(selectionShape("accllm", queries), {sinks, window}), {
    denseLayers: 0,
  });
  const cache = () =>
    formatCache(model.config, {keys: formatById("int4_asym"), own: "stored", unpackOnce: true});
  return {
    logits: (ids: readonly number[]) =>
      forward(model, ids, {...(kv4 && {cache: cache()}), ...(lambda && {hooks})}),
    write: () => [],
  };
}

/** The sixteen combinations of AccLLM's four measures on a trained decoder, and what they would cost a large one. */
export const accllm = experiment({
  id: "accel/accllm",
  title: "Four savings at once",
  question: "Pruned, in two bits, with a small cache and a short view: which of four savings go together?",
  source:
    "AccLLM, arXiv:2505.03745 (abstract); Wanda, arXiv:2306.11695; Λ-shaped attention, arXiv:2308.16137; Alveo U280",
  params: {
    sinks: {kind: "integer", label: "First keys in view", min: 0, max: 16, default: 4},
    window: {kind: "integer", label: "Newest keys in view", min: 1, max: 127, default: 32},
    group: {kind: "choice", label: "Weights of a group", options: [16, 32, 64, 128], default: 64},
    context: {
      kind: "integer",
      label: "Context of the modelled model",
      unit: "tokens",
      min: 64,
      max: 131_072,
      log: true,
      default: 16_384,
    },
    longWindow: {
      kind: "integer",
      label: "Newest keys in view of the modelled model",
      min: 64,
      max: 8192,
      log: true,
      default: 1024,
      advanced: true,
    },
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      min: 2,
      max: 32,
      default: 4,
      advanced: true,
    },
  },
  columns: {
    measures: {type: "string", label: "Measures"},
    sparse: {type: "boolean", label: "Two of every four weights stay"},
    twoBit: {type: "boolean", label: "Weights of two bits"},
    kv4: {type: "boolean", label: "Keys and values of four bits"},
    lambda: {type: "boolean", label: "First keys and a window in view"},
    bitsPerWeight: {
      type: "number",
      label: "Bits for each weight before pruning",
      unit: "bits",
      provenance: "modelled",
    },
    weightBytes: {type: "number", label: "Bytes of weights for a token, Llama 2 7B", provenance: "modelled"},
    cacheBytes: {type: "number", label: "Bytes of cache for a token, Llama 2 7B", provenance: "modelled"},
    tokensPerSecond: {
      type: "number",
      label: "Tokens a second, Llama 2 7B on a U280",
      provenance: "modelled",
    },
    ...qualityColumns,
  },
  needs: [`weights/${MODEL}`],
  sweep: [{}],
  async run({sinks, window, group, context, longWindow, documents}, {data, progress}) {
    const dense = decoderWeights(MODEL, data);
    const [draw] = await calibrationDraws(dense, {calibrations: 1, calibrationDocuments: 16});
    const {statistics} = draw;
    const pruned = pruneDecoder(dense, {method: "wanda", pattern: nOfM(2, 4), statistics}).weights;
    const seeds = testSeeds(dense.config, {documents});
    const none = ACCLLM_COMBINATIONS[0];
    const baseline = memoized(await reader(dense, none, sinks, window));
    const workload = {...ACCLLM_LLAMA, context, sinks, window: longWindow, groupSize: group};
    const rows = [];
    for (const [n, measures] of ACCLLM_COMBINATIONS.entries()) {
      const name = nameOf(measures);
      const step = watched(progress, {from: n / 16, to: (n + 1) / 16, what: name});
      const model = await reader(changed(dense, pruned, measures, group), measures, sinks, window);
      const {pooled} = await evaluateModel(model, baseline, seeds, step);
      const {weights, cache} = bytesPerToken(measures, workload);
      rows.push({
        measures: name,
        ...measures,
        bitsPerWeight: bitsPerOriginalWeight(measures, group),
        weightBytes: weights,
        cacheBytes: cache,
        tokensPerSecond: accLlmTokensPerSecond(measures, workload),
        ...qualityCells(pooled),
        provenance: "measured" as const,
      });
    }
    return rows;
  },
});
