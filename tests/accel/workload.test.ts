import {describe, expect, test} from "vitest";
import type {Model} from "../../src/lib/accel/model.js";
import {kvElements, kvElementsPerToken, parameterCount, stateElements} from "../../src/lib/accel/model.js";
import {MODELS, modelById} from "../../src/lib/accel/models.js";
import {COUNTS, type Operator, totalCounts} from "../../src/lib/accel/operator.js";
import {keysRead, visibleKeys, visiblePairs} from "../../src/lib/accel/workload/attention.js";
import {buildOperators} from "../../src/lib/accel/workload/build.js";
import {expertsTouched} from "../../src/lib/accel/workload/ffn.js";
import {decode, prefill, type Step} from "../../src/lib/accel/workload/step.js";
import {evaluate} from "./formula.js";

const STEPS: [string, Step][] = [
  ["a prompt", prefill(1, 1024)],
  ["one token", prefill(1, 1)],
  ["a batch of odd size", prefill(7, 333)],
  ["decode", decode(1, 1024)],
  ["decode of a large batch", decode(4096, 8191)],
  ["decode a million tokens in", decode(1, 1_000_000)],
  ["a prompt after a prompt", {batch: 2, tokens: 100, cached: 300}],
  ["a speculative check", {batch: 1, tokens: 48, cached: 500, logits: "all"}],
];
const VARIANTS: [string, Partial<Step>][] = [
  ["fused", {fused: true}],
  ["unfused", {fused: false}],
  ["latents expanded", {latent: "expanded", fused: false}],
  ["latents absorbed", {latent: "absorbed", fused: false}],
];

const total = (model: Model, step: Step) => totalCounts(buildOperators(model, step));
const named = (operators: readonly Operator[], name: string) => operators.find((op) => op.name === name)!;

describe("every operator's numbers are those of its formulas", () => {
  for (const [id, model] of MODELS) {
    test(id, () => {
      for (const [, step] of STEPS) {
        for (const [, variant] of VARIANTS) {
          for (const op of buildOperators(model, {...step, ...variant})) {
            for (const field of COUNTS) {
              const expected = evaluate(op.formulas[field] ?? "0", op.symbols);
              const close = Math.abs(op[field] - expected) <= 1e-12 * Math.abs(expected);
              if (!close) expect([op.name, field, op[field]]).toEqual([op.name, field, expected]);
              expect(op[field]).toBeGreaterThanOrEqual(0);
            }
          }
        }
      }
    });
  }
});

describe("sums", () => {
  test("a dense model's linears read every weight once and do two operations with it a token", () => {
    for (const id of ["llama-3.1-8b", "qwen2.5-7b", "opt-1.3b", "deit-b", "mamba-2.8b", "mamba2-2.7b"]) {
      const model = modelById(id);
      const operators = buildOperators(model, decode(1, 10));
      const weights = totalCounts(operators.filter((op) => op.kind !== "embedding")).weights;
      const {active, total: all} = parameterCount(model);
      // Images carry their positions and class token as parameters that no operator reads.
      const unread = id === "deit-b" ? 198 * model.hidden : 0;
      expect(weights).toBe((id === "deit-b" ? all : active) - unread);
    }
  });

  test("the cache written by a prompt is the cache a decode step reads, in all models without a window", () => {
    for (const [id, model] of MODELS) {
      if (model.input?.kind === "image" || id === "mistral-7b") continue;
      expect(total(model, prefill(3, 500)).kvWrite).toBe(3 * 500 * kvElementsPerToken(model));
      const step = decode(3, 499);
      const read = totalCounts(buildOperators(model, step)).kvRead;
      expect(read).toBe(3 * kvElements(model, 500));
    }
  });

  test("a decode step reads and writes the whole state, a prompt only writes it", () => {
    for (const [, model] of MODELS) {
      const [state] = stateElements(model);
      expect(total(model, decode(5, 77)).stateRead).toBe(5 * state);
      expect(total(model, decode(5, 77)).stateWrite).toBe(5 * state);
      expect(total(model, prefill(5, 77)).stateRead).toBe(0);
    }
  });

  test("batches add up: everything but weights grows in proportion", () => {
    for (const id of ["llama-3.1-8b", "deepseek-v2-lite", "mamba-2.8b", "retnet-1.3b", "deit-s"]) {
      const one = total(modelById(id), decode(1, 512));
      const eight = total(modelById(id), decode(8, 512));
      for (const field of ["flops", "actRead", "actWrite", "kvRead", "kvWrite", "stateRead"] as const) {
        expect(eight[field]).toBeCloseTo(8 * one[field], 3);
      }
    }
  });

  test("fusing takes bytes away and leaves the work", () => {
    for (const [, model] of MODELS) {
      const fused = total(model, {...prefill(1, 256), fused: true});
      const plain = total(model, {...prefill(1, 256), fused: false});
      expect(fused.flops).toBe(plain.flops);
      expect(fused.actRead + fused.actWrite).toBeLessThan(plain.actRead + plain.actWrite);
    }
  });

  test("more tokens, more cached tokens or more sequences never mean less of anything", () => {
    const grow: [Step, Step][] = [
      [decode(1, 10), decode(1, 11)],
      [decode(1, 10), decode(2, 10)],
      [prefill(1, 63), prefill(1, 64)],
      [prefill(1, 128), prefill(1, 129)],
      [prefill(4, 1000), prefill(4, 2000)],
    ];
    for (const [, model] of MODELS) {
      for (const [less, more] of grow) {
        const a = total(model, less);
        const b = total(model, more);
        for (const field of COUNTS) expect(b[field]).toBeGreaterThanOrEqual(a[field]);
      }
    }
  });
});

describe("attention", () => {
  test("visiblePairs counts what a loop over the mask counts", () => {
    for (const causal of [true, false]) {
      for (const window of [undefined, 1, 3, 8, 100]) {
        for (const [n, p] of [
          [1, 0],
          [1, 9],
          [5, 0],
          [5, 2],
          [4, 20],
        ] as const) {
          let pairs = 0;
          for (let i = 0; i < n; i++) {
            pairs += Math.min(causal ? p + i + 1 : p + n, window ?? Number.POSITIVE_INFINITY);
          }
          expect(visiblePairs(n, p, {causal, ...(window ? {window} : {})})).toBe(pairs);
        }
      }
    }
  });

  test("a window of one sees one key a query, however long the text", () => {
    expect(visiblePairs(10, 1_000_000, {window: 1})).toBe(10);
    expect(visibleKeys(1, 1_000_000, 4096)).toBe(4096);
    expect(visibleKeys(1, 10, 4096)).toBe(11);
  });

  test("decode reads the cache once, heads of a group together", () => {
    const shape = {heads: 32, kvHeads: 8, keyDim: 128, valueDim: 128, causal: true};
    expect(keysRead(1, 999, 4, shape, 128)).toBe(1000);
    expect(keysRead(1, 999, 4, {...shape, window: 100}, 128)).toBe(100);
  });

  test("a prompt re-reads keys once a row block, half of them behind the mask", () => {
    const shape = {heads: 8, kvHeads: 8, keyDim: 64, valueDim: 64, causal: true};
    expect(keysRead(1024, 0, 1, shape, 128)).toBe((1024 * 9) / 2);
    expect(keysRead(1024, 0, 1, {...shape, causal: false}, 128)).toBe(1024 * 8);
    expect(keysRead(1024, 0, 4, shape, 128)).toBe((1024 * 33) / 2);
  });

  test("unfused attention moves four score matrices", () => {
    const model = modelById("tinyllama-1.1b");
    const [n, h] = [200, 32];
    const plain = buildOperators(model, {...prefill(1, n), fused: false});
    const scores = ["qk", "softmax", "pv"].reduce((sum, name) => {
      const {actRead, actWrite} = named(plain, name);
      return sum + actRead + actWrite;
    }, 0);
    expect(scores).toBe(4 * h * n * n + 2 * h * n * 64);
  });
});

describe("latent attention", () => {
  const model = modelById("deepseek-v2-lite");

  test("caches 8.9 times less than its expanded keys and values", () => {
    expect((27 * 16 * (192 + 128)) / kvElementsPerToken(model)).toBeCloseTo(8.9, 1);
  });

  test("absorbed decode does 30.2 operations a byte of a 16-bit cache", () => {
    const op = named(buildOperators(model, decode(1, 1_000_000)), "attention");
    const softmax = 5 * 16 * 1_000_001;
    expect((op.flops - softmax) / (2 * op.kvRead)).toBeCloseTo(30.2, 1);
  });

  test("expanding again at every step costs more work in decode than absorbing, and less in a prompt", () => {
    const flops = (step: Step, latent: "absorbed" | "expanded") => total(model, {...step, latent}).flops;
    expect(flops(decode(1, 4096), "absorbed")).toBeLessThan(flops(decode(1, 4096), "expanded"));
    expect(flops(prefill(1, 4096), "expanded")).toBeLessThan(flops(prefill(1, 4096), "absorbed"));
  });
});

describe("mixture of experts", () => {
  test("the experts touched by 1, 8 and 32 tokens are 6, 34.88 and 61.26 of 64", () => {
    expect(expertsTouched(64, 6, 1)).toBeCloseTo(6, 12);
    expect(expertsTouched(64, 6, 8)).toBeCloseTo(34.88, 2);
    expect(expertsTouched(64, 6, 32)).toBeCloseTo(61.26, 2);
    expect(expertsTouched(8, 8, 1)).toBe(8);
  });

  test("a token works with its active parameters, a large batch reads all", () => {
    const lite = modelById("deepseek-v2-lite");
    const {active, total: all, embedding} = parameterCount(lite);
    const weights = (batch: number) =>
      totalCounts(buildOperators(lite, decode(batch, 10)).filter((op) => op.kind !== "embedding")).weights;
    expect(weights(1) / active).toBeCloseTo(1, 9);
    expect(weights(100_000) / (all - embedding)).toBeCloseTo(1, 9);
  });
});

describe("recurrent models", () => {
  test("decode costs the same however long the text is", () => {
    for (const id of ["mamba-2.8b", "mamba2-2.7b", "retnet-1.3b"]) {
      expect(total(modelById(id), decode(1, 10))).toEqual(total(modelById(id), decode(1, 10_000_000)));
    }
  });

  test("RetNet 1.3B does 2.416 GFLOP a token in its matrices", () => {
    const linear = buildOperators(modelById("retnet-1.3b"), decode(1, 10)).filter(
      (op) => op.kind === "linear",
    );
    expect(totalCounts(linear).flops / 1e9).toBeCloseTo(2.416, 3);
  });
});

describe("a step", () => {
  test("refuses sizes that are no counts", () => {
    const model = modelById("llama-2-7b");
    expect(() => buildOperators(model, prefill(0, 1))).toThrow(
      "step: batch must be an integer of at least 1, got 0",
    );
    expect(() => buildOperators(model, prefill(1, 1.5))).toThrow(
      "step: tokens must be an integer of at least 1, got 1.5",
    );
    expect(() => buildOperators(model, decode(1, Number.NaN))).toThrow(
      "step: cached must be an integer of at least 0, got NaN",
    );
  });

  test("an image model takes its own number of tokens and keeps no cache", () => {
    const counts = total(modelById("deit-s"), prefill(2, 5));
    expect(counts).toEqual(total(modelById("deit-s"), decode(2, 900)));
    expect(counts.kvRead + counts.kvWrite).toBe(0);
  });

  test("logits of all tokens cost a head for each", () => {
    const model = modelById("llama-2-7b");
    const last = named(buildOperators(model, prefill(1, 10)), "lm_head");
    const all = named(buildOperators(model, {...prefill(1, 10), logits: "all"}), "lm_head");
    expect(all.flops).toBe(10 * last.flops);
  });
});
