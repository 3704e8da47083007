import {expect} from "vitest";
import type {attentionHeads} from "../../../src/lib/experiments/attention/heads.js";
import type {policies} from "../../../src/lib/experiments/attention/policies.js";
import type {tokenSelectionClaims} from "../../../src/lib/experiments/claims/token-selection.js";
import {keptRows} from "../kept.js";
import {distinct, type Finding, findingsOf, rowWith} from "./finding.js";
import {retrievalLayers} from "./models.js";

const rows = keptRows<typeof policies>("attention/policies").filter(({seed}) => seed === "all");
const heads = keptRows<typeof attentionHeads>("attention/heads");
const ledger = keptRows<typeof tokenSelectionClaims>("claims/token-selection");
const models = distinct(rows, ({model}) => model);
const at = (model: string, policy: string, keepFraction: number, frame = "masks") =>
  rowWith(rows, {model, policy, keepFraction, frame});
const QUARTER = 0.25;

/** Findings of the page on token selection. */
export const attentionFindings: readonly Finding[] = findingsOf("src/kv/which-tokens-matter.md", {
  "Most of these words get almost no weight": () => {
    for (const model of models) {
      const {difference, perplexity} = at(model, "oracle", 0.1);
      expect(difference / perplexity, model).toBeLessThan(0.02);
    }
  },
  "So at a quarter of the keys they lose many answers, where TokenButler and Quest lose few": () => {
    for (const model of models) {
      for (const policy of ["h2o", "streaming-llm"]) {
        expect(at(model, policy, QUARTER).retrievalDifferenceHigh, `${policy}, ${model}`).toBeLessThan(-0.2);
      }
      for (const policy of ["token-butler", "quest"]) {
        expect(at(model, policy, QUARTER).retrievalDifference, `${policy}, ${model}`).toBeGreaterThan(-0.1);
      }
    }
  },
  "nearly an oracle, until the share of keys is hardly larger than its window": () => {
    for (const model of models) {
      const lost = (keepFraction: number) =>
        at(model, "oracle", keepFraction).retrieval! - at(model, "snapkv", keepFraction).retrieval!;
      expect(lost(0.5)).toBeLessThan(0.03);
      expect(lost(QUARTER)).toBeLessThan(0.03);
      expect(lost(0.1)).toBeGreaterThan(0.2);
    }
  },
  "and it loses some of the answers, although it keeps all tokens that are decoded": () => {
    const {retrievalDifferenceHigh} = at("decoder-small", "snapkv", QUARTER, "eviction");
    expect(retrievalDifferenceHigh).toBeLessThan(0);
  },
  "so if the question is there, its answer is mostly kept": () => {
    for (const model of models) {
      const right = ledger.find(
        ({claim, subject, quantity}) =>
          claim === "snapkv-loss" &&
          subject === model &&
          quantity.startsWith("answers right, 1/8") &&
          quantity.endsWith("question inside the window"),
      )!;
      expect(right.value, model).toBeGreaterThan(80);
    }
  },
  "heads of other layers give the answer's places less than a tenth": () => {
    for (const model of models) {
      const [layer] = retrievalLayers(model);
      for (const row of heads.filter((each) => each.model === model && each.layer !== layer)) {
        expect(row.retrieval ?? 0).toBeLessThan(0.1);
      }
    }
  },
  "In both models the retrieval heads are in a single layer": () => {
    for (const model of models) expect(retrievalLayers(model), model).toHaveLength(1);
  },
  "the released one is worse on both models": () => {
    for (const model of models) {
      for (const keepFraction of [0.5, QUARTER, 0.1, 0.05]) {
        const [own, released] = ["quest", "quest-released"].map((policy) => at(model, policy, keepFraction));
        expect(released.klLow, `${model} at ${keepFraction}`).toBeGreaterThan(own.klHigh!);
      }
    }
  },
  "and StreamingLLM gets worse, but not useless": () => {
    for (const model of models) {
      const gap = ledger.find(
        ({claim, subject, low}) => claim === "streamingllm-sinks" && subject === model && low !== null,
      )!;
      expect(gap.high, model).toBeLessThan(100);
    }
  },
  "the weights of a predictor are larger than the whole cache, so it saves nothing here": () => {
    for (const model of models) {
      const {bytesReadWeights, bytesKept} = at(model, "token-butler", 0.05);
      const whole = at(model, "oracle", 1).bytesKept;
      expect(bytesKept).toBeGreaterThan(whole);
      const tokens = model === "decoder-large" ? 256 : 128;
      expect(bytesReadWeights, model).toBeGreaterThan(whole * (tokens / 2));
    }
  },
  "A retrieval head gives most of its attention to the places where the answer occurred before; other heads give them less than a tenth":
    () => {
      for (const {retrieval} of heads) {
        const share = retrieval ?? 0;
        expect(share > 0.75 || share < 0.1, String(share)).toBe(true);
      }
    },
});
