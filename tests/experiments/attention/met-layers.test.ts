import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {budgetMask} from "../../../src/lib/attention/budget-mask.js";
import {attentionLogits, softmaxRows} from "../../../src/lib/attention/logits.js";
import {policyHooks} from "../../../src/lib/attention/policy-use.js";
import {policies} from "../../../src/lib/attention/registry.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import type {Decoder} from "../../../src/lib/engine/decoder/load-decoder.js";
import {answerUnder, keptShares} from "../../../src/lib/experiments/attention/answer-under.js";
import {meetLayers} from "../../../src/lib/experiments/attention/met-layers.js";
import {openedDecoder, testTexts} from "../../../src/lib/experiments/shared/decoder-texts.js";
import {predictorOf} from "../../../src/lib/experiments/shared/predictors.js";

const LENGTH = 40;
const KNOBS = {keepFraction: 0.25, sinks: 2, pageSize: 4, window: 4};

let model: Decoder;
let ids: number[];
let predictor: ReturnType<typeof predictorOf>;
beforeAll(async () => {
  const data = await loadData(["weights/decoder-small", "predictor/decoder-small"]);
  model = await openedDecoder("decoder-small", data);
  predictor = predictorOf("decoder-small", data);
  ids = testTexts(model.config, {documents: 1})[0].tokens.slice(0, LENGTH);
});

const hooksOf = (id: string, knobs = KNOBS) => policyHooks(policies.byId(id), knobs, {predictor});
/** Masks of each layer as rows of zeros and ones, [head][query][key]. */
const rowsOf = (mask: {heads: number; queries: number; keys: number; data: Uint8Array}) =>
  Array.from({length: mask.heads}, (_, h) =>
    Array.from({length: mask.queries}, (_, i) =>
      Array.from(
        mask.data.subarray((h * mask.queries + i) * mask.keys, (h * mask.queries + i + 1) * mask.keys),
      ),
    ),
  );

describe("the layers of a pass", () => {
  test("do not change it: logits are those of the model alone, with a policy's hooks too", () => {
    expect(meetLayers(model, ids).logits).toEqual(forward(model, ids));
    const hooked = meetLayers(model, ids, hooksOf("oracle")).logits;
    expect(hooked).toEqual(forward(model, ids, {hooks: hooksOf("oracle")}));
    expect(hooked.data).not.toEqual(forward(model, ids).data);
  });

  test("stand in their order with the sizes of the model, and read the hidden states of the first", () => {
    const {layers} = meetLayers(model, ids);
    const {heads, kvHeads, headDim, hiddenSize} = model.config;
    expect(layers.map(({layer}) => layer)).toEqual([0, 1, 2, 3]);
    for (const {queries, mask, hidden} of layers) {
      expect(queries.q).toHaveLength(LENGTH * heads * headDim);
      expect(queries.keys).toHaveLength(LENGTH * kvHeads * headDim);
      expect([mask.heads, mask.queries, mask.keys]).toEqual([heads, LENGTH, LENGTH]);
      expect(hidden["attention.input"]).toHaveLength(LENGTH * hiddenSize);
      expect(hidden["mlp.input"]).toHaveLength(LENGTH * hiddenSize);
      expect(hidden["mlp.input"]).not.toEqual(hidden["attention.input"]);
      expect(hidden).toEqual(layers[0].hidden);
    }
  });

  test("show every query itself and all before it where nobody chose", () => {
    for (const {mask} of meetLayers(model, ids).layers) {
      for (const head of rowsOf(mask)) {
        head.forEach((row, i) => {
          expect(row).toEqual(Array.from({length: LENGTH}, (_, j) => Number(j <= i)));
        });
      }
    }
  });

  test("call the hooks that they are given, and give back what those change", () => {
    const sites = new Set<string>();
    const {logits} = meetLayers(model, ids, {
      tensor(site, _layer, x) {
        sites.add(site);
        return site === "attention.input" ? x.map(() => 0) : undefined;
      },
    });
    expect([...sites]).toEqual(expect.arrayContaining(["attention.input", "mlp.input"]));
    expect(logits.data).not.toEqual(forward(model, ids).data);
  });
});

describe("the masks of a pass under a policy", () => {
  test("of the oracle are the budget of the attention that each layer met, and layer 0 keeps all", () => {
    const {layers} = meetLayers(model, ids, hooksOf("oracle"));
    const {keepFraction, sinks} = KNOBS;
    expect(rowsOf(layers[0].mask).flat(2).filter(Boolean)).toHaveLength(4 * ((LENGTH * (LENGTH + 1)) / 2));
    for (const {queries, mask} of layers.slice(1)) {
      const wanted = budgetMask(softmaxRows(attentionLogits(queries)), {keepFraction, sinks});
      expect(rowsOf(mask)).toEqual(rowsOf(wanted));
    }
  });

  test("of StreamingLLM are the first keys and the newest ones, whatever the text", () => {
    const {layers} = meetLayers(model, ids, hooksOf("streaming-llm"));
    for (const {mask} of layers.slice(1)) {
      for (const head of rowsOf(mask)) {
        head.forEach((row, i) => {
          const budget = Math.ceil((i + 1) * KNOBS.keepFraction);
          const kept = row.flatMap((flag, j) => (flag ? [j] : []));
          const recent = Math.max(1, budget - KNOBS.sinks);
          expect(kept).toContain(i);
          for (const j of kept) expect(j < KNOBS.sinks || j > i - recent - 1, `${i} ${j}`).toBe(true);
        });
      }
    }
  });

  test.each(policies.ids)("of %s never show a key after the query, and always some", (id) => {
    for (const {mask} of meetLayers(model, ids, hooksOf(id)).layers) {
      for (const head of rowsOf(mask)) {
        head.forEach((row, i) => {
          expect(row.slice(i + 1).some(Boolean)).toBe(false);
          expect(row.some(Boolean)).toBe(true);
        });
      }
    }
  });
});

describe("an answer under a policy", () => {
  /** The likeliest token after each step, found by sorting. */
  function likeliest(given: readonly number[]) {
    const {data} = forward(model, given);
    const {vocabSize} = model.config;
    return given.map((_, i) => {
      const row = Array.from(data.subarray(i * vocabSize, (i + 1) * vocabSize));
      const most = Math.max(...row);
      const sum = row.reduce((all, logit) => all + Math.exp(logit - most), 0);
      return {id: row.indexOf(most), probability: 1 / sum};
    });
  }

  test("is the likeliest token each time, and what it expects on the way are the model's own words", () => {
    const prompt = ids.slice(0, 24);
    const answer = answerUnder(model, prompt, () => undefined, 3);
    const text = [...prompt];
    for (let n = 0; n < 3; n++) {
      const next = likeliest(text).at(-1)!;
      expect(answer.expected[prompt.length - 1 + n].id).toBe(next.id);
      expect(answer.expected[prompt.length - 1 + n].probability).toBeCloseTo(next.probability, 9);
      text.push(next.id);
    }
    expect(answer.ids).toEqual(text.slice(0, -1));
    expect(answer.expected).toHaveLength(answer.ids.length);
    likeliest(prompt)
      .slice(0, -1)
      .forEach(({id}, i) => {
        expect(answer.expected[i].id).toBe(id);
      });
  });

  test("asks for hooks anew with every pass, as many as words are written", () => {
    let passes = 0;
    answerUnder(model, ids.slice(0, 8), () => void passes++, 4);
    expect(passes).toBe(4);
  });

  test("begins with what fewer words would have been", () => {
    const prompt = ids.slice(0, 20);
    const one = answerUnder(model, prompt, () => hooksOf("h2o"), 1);
    const three = answerUnder(model, prompt, () => hooksOf("h2o"), 3);
    expect(three.ids.slice(0, prompt.length)).toEqual(one.ids);
    expect(three.expected[prompt.length - 1]).toEqual(one.expected[prompt.length - 1]);
  });

  test("keeps shares that are means over the heads of all layers but the first", () => {
    const answer = answerUnder(model, ids.slice(0, 16), () => hooksOf("oracle"), 2);
    const shares = keptShares(answer);
    answer.ids.forEach((_, i) => {
      let sum = 0;
      let heads = 0;
      for (const {mask} of answer.layers.slice(1)) {
        for (const head of rowsOf(mask)) {
          sum += head[i].filter(Boolean).length / (i + 1);
          heads++;
        }
      }
      expect(shares[i]).toBeCloseTo(sum / heads, 12);
      expect(shares[i]).toBeGreaterThan(0);
    });
    // The oracle has 2 sinks beside a quarter, rounded up: exact where they do not meet.
    expect(shares.at(-1)).toBeLessThanOrEqual((Math.ceil(17 / 4) + 2) / 17 + 1e-12);
  });

  test("under a policy that keeps everything is the answer of the model, and every share is one", () => {
    const prompt = ids.slice(0, 16);
    const all = {...KNOBS, keepFraction: 1};
    for (const id of ["oracle", "quest", "token-butler", "streaming-llm"]) {
      const answer = answerUnder(model, prompt, () => hooksOf(id, all), 2);
      const plain = answerUnder(model, prompt, () => undefined, 2);
      expect(answer.expected, id).toEqual(plain.expected);
      expect(
        Array.from(keptShares(answer)).every((share) => Math.abs(share - 1) < 1e-12),
        id,
      ).toBe(true);
    }
  });
});
