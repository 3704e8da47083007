import {attentionLogits, softmaxRows} from "../../attention/logits.js";
import type {PolicyLayer} from "../../attention/policy.js";
import {policyValues} from "../../attention/policy-use.js";
import {policies} from "../../attention/registry.js";
import type {TokenButlerPredictor} from "../../attention/token-butler/token-butler-weights.js";
import type {EvalText} from "../../evaluate/eval-texts.js";
import {experiment} from "../../experiment/experiment.js";
import {openedDecoder, testTexts} from "../shared/decoder-texts.js";
import {needsOfPredicted, PREDICTED_DECODERS, predictorOf} from "../shared/predictors.js";
import {foundBy, hitsOf, lookUps} from "./head-measures.js";
import {meetLayers} from "./met-layers.js";

/** Policies that estimate how much every key will matter, without reading it. */
const ESTIMATES = policies.all.filter(({kind, standing}) => kind === "selects" && standing === "method");

/** Head by head: which ones look facts up, and how well an estimate finds what each looks at. */
export const attentionHeads = experiment({
  id: "attention/heads",
  title: "Head by head",
  question: "Which heads look facts up, and does an estimate find the keys that each head attends to?",
  source: `hit accuracy: arXiv:2503.07518, section 4; retrieval heads: arXiv:2404.15574; ${ESTIMATES.map(({label, source}) => `${label}: ${source}`).join("; ")}`,
  params: {
    model: {
      kind: "choice",
      label: "Model",
      help: "The two for which TokenButler's predictor was trained; texts are as long as their context.",
      options: PREDICTED_DECODERS,
      default: "decoder-small",
    },
    keep: {
      kind: "number",
      label: "Share of tokens kept",
      help: "The attention on these tokens, if an estimate chooses them; hit accuracy always compares halves.",
      min: 0.05,
      max: 1,
      step: 0.05,
      default: 0.25,
    },
    pageSize: {
      kind: "choice",
      label: "Tokens of a page of Quest",
      options: [4, 8, 16, 32],
      default: 8,
      advanced: true,
    },
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      min: 1,
      max: 32,
      default: 4,
      advanced: true,
    },
  },
  columns: {
    model: {type: "string", label: "Model"},
    policy: {type: "string", label: "Estimate"},
    label: {type: "string", label: "Estimate, in words"},
    layer: {type: "integer", label: "Layer"},
    head: {type: "integer", label: "Head"},
    retrieval: {
      type: "number",
      label: "Attention to earlier places of the answer, at the word before an answer",
      provenance: "measured",
      nullable: true,
    },
    answers: {type: "integer", label: "Answers"},
    hits: {
      type: "number",
      label: "Hit accuracy: share of the top half of keys that is found",
      provenance: "measured",
    },
    hitsError: {
      type: "number",
      label: "Standard error of the hit accuracy",
      provenance: "measured",
      nullable: true,
    },
    found: {type: "number", label: "Share of attention that the kept tokens hold", provenance: "measured"},
    foundError: {
      type: "number",
      label: "Standard error of that share",
      provenance: "measured",
      nullable: true,
    },
    most: {type: "number", label: "The most that as many tokens can hold", provenance: "measured"},
    texts: {type: "integer", label: "Texts"},
  },
  needs: PREDICTED_DECODERS.flatMap((model) => needsOfPredicted({model})),
  needsOf: needsOfPredicted,
  sweep: [{model: "decoder-small"}, {model: "decoder-large", documents: 1}],
  async run({model, keep, pageSize, documents}, {data, progress}) {
    const decoder = await openedDecoder(model, data);
    const options = {pageSize, predictor: predictorOf(model, data)};
    const texts = testTexts(decoder.config, {documents});
    const seen: MeasuredHead[] = [];
    for (const [n, text] of texts.entries()) {
      await progress(n / texts.length);
      const {layers} = meetLayers(decoder, text.tokens.slice(0, -1));
      const measured = layers.slice(1).flatMap((met) => measuredHeads(met, options, text, keep));
      for (const head of measured) seen.push(head);
    }
    return Array.from(grouped(seen), (heads) => ({
      model,
      ...summary(heads),
      provenance: "measured" as const,
    }));
  },
});

/** One head of one text. */
interface MeasuredHead {
  readonly policy: string;
  readonly layer: number;
  readonly head: number;
  readonly hits: number;
  readonly found: number;
  readonly most: number;
  readonly lookUps: readonly number[];
}

interface EstimateOptions {
  readonly pageSize: number;
  readonly predictor: TokenButlerPredictor;
}

function measuredHeads(
  met: PolicyLayer,
  {pageSize, predictor}: EstimateOptions,
  text: EvalText,
  keep: number,
): MeasuredHead[] {
  const attention = softmaxRows(attentionLogits(met.queries));
  const heads = Array.from({length: attention.heads}, (_, head) => ({
    head,
    most: foundBy(attention, attention, head, keep),
    lookUps: lookUps(text, attention, head),
  }));
  return ESTIMATES.flatMap((policy) => {
    const values = policyValues("run attention/heads", policy, {pageSize}, {predictor});
    const estimate = policy.importance(met, values, {predictor});
    if (estimate === null) return [];
    return heads.map((each) => ({
      ...each,
      policy: policy.id,
      layer: met.layer,
      hits: hitsOf(estimate, attention, each.head),
      found: foundBy(estimate, attention, each.head, keep),
    }));
  });
}

/** The texts of every head under every estimate. */
function grouped(seen: readonly MeasuredHead[]): Iterable<readonly MeasuredHead[]> {
  const groups = new Map<string, MeasuredHead[]>();
  for (const each of seen) {
    const key = `${each.policy} ${each.layer} ${each.head}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return groups.values();
}

function summary(texts: readonly MeasuredHead[]) {
  const {policy, layer, head} = texts[0];
  const lookUps = texts.flatMap((text) => text.lookUps);
  const [hits, found] = [
    estimated(texts.map((text) => text.hits)),
    estimated(texts.map((text) => text.found)),
  ];
  return {
    policy,
    label: policies.byId(policy).label,
    layer,
    head,
    retrieval: lookUps.length === 0 ? null : estimated(lookUps).mean,
    answers: lookUps.length,
    hits: hits.mean,
    hitsError: hits.error,
    found: found.mean,
    foundError: found.error,
    most: estimated(texts.map(({most}) => most)).mean,
    texts: texts.length,
  };
}

/** The mean and its standard error; one value has none. */
function estimated(values: readonly number[]): {readonly mean: number; readonly error: number | null} {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {mean, error: n > 1 ? Math.sqrt(squares / (n - 1) / n) : null};
}
