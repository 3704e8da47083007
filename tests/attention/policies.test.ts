import {beforeAll, describe, expect, test} from "vitest";
import {loadTensors} from "../../src/data/data-sets.js";
import {budgetOf} from "../../src/lib/attention/budget-mask.js";
import {
  EVICTING_POLICY_IDS,
  POLICIES,
  POLICY_IDS,
  type PolicyOptions,
  policyCache,
  policyHooks,
} from "../../src/lib/attention/policies.js";
import {tokenButlerPredictor} from "../../src/lib/attention/token-butler/token-butler-predictor.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import type {Decoder} from "../../src/lib/engine/decoder/load-decoder.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {corpusDocument} from "../../src/lib/tasks/corpus.js";
import {loadFolder, maxDifference, trainedPath} from "../engine/golden.js";

const IDS = Array.from(corpusDocument("test", 3, {context: 64, seed: 5}).tokens.slice(0, 64));
const SINKS = 4;

let model: Decoder;
let options: PolicyOptions;
beforeAll(async () => {
  model = await loadFolder(trainedPath("decoder-small"), {backend: await wasmBackend()});
  const tensors = await loadTensors(`${trainedPath("decoder-small")}/token-butler.safetensors`);
  options = {predictor: tokenButlerPredictor(tensors, model.config), pageSize: 8, sinks: SINKS};
});

describe.each(POLICY_IDS)("policyHooks of %s", (id) => {
  test("with every key is the model itself, to the bit", () => {
    const hooks = policyHooks(id, 1, options);
    expect(forward(model, IDS, {hooks})).toEqual(forward(model, IDS));
  });

  test("shows layer 0 everything and no later query more than its budget and the sinks", () => {
    const hooks = policyHooks(id, 0.25, options);
    const shown: {layer: number; most: number; last: number}[] = [];
    forward(model, IDS, {
      hooks: {
        ...hooks,
        attention: (call, plain) =>
          hooks.attention!(call, ({mask, ...inner}) => {
            const {layer, heads} = inner;
            const [T, L] = [inner.queryPositions.length, inner.keyPositions.length];
            const rows = Array.from({length: heads * T}, (_, row) => {
              const kept = mask ? mask.subarray(row * L, (row + 1) * L).reduce((sum, x) => sum + x, 0) : L;
              const i = row % T;
              // The Λ mask's window does not grow with the text.
              const fair = id === "lambda" ? budgetOf(0.25, T) : budgetOf(0.25, i + 1);
              // What TokenButler's repository ran holds as many as there are sinks at least.
              const budget = id.endsWith("-released") ? Math.max(SINKS, fair) : fair;
              return {over: kept - Math.min(i + 1, budget + SINKS), kept};
            });
            shown.push({layer, most: Math.max(...rows.map(({over}) => over)), last: rows.at(-1)!.kept});
            return plain({...inner, ...(mask && {mask})});
          }),
      },
    });
    expect(shown.map(({layer}) => layer)).toEqual([0, 1, 2, 3]);
    expect(shown[0].last).toBe(64);
    for (const {most, last} of shown.slice(1)) {
      expect(most).toBeLessThanOrEqual(0);
      expect(last).toBeGreaterThanOrEqual(SINKS);
    }
  });
});

describe("policyHooks", () => {
  test("keeps another random choice in every layer, the same for the same seed", () => {
    const run = (seed: number) =>
      forward(model, IDS, {hooks: policyHooks("random", 0.3, {...options, seed})}).data;
    expect(run(1)).toEqual(run(1));
    expect(maxDifference(run(1), run(2))).toBeGreaterThan(0.1);
  });

  test("refuses a budget of nothing, and TokenButler without a predictor", () => {
    expect(() => policyHooks("oracle", 0)).toThrow(
      /policyHooks: keepFraction must be above 0 and at most 1, got 0$/,
    );
    expect(() => policyHooks("token-butler", 0.5)).toThrow(
      /predictor must be given for token-butler, got none\. A shipped one loads with tokenButlerPredictor\.$/,
    );
  });
});

describe.each(EVICTING_POLICY_IDS)("policyCache of %s", (id) => {
  const decode = (keepFraction: number, prompt: number) => {
    const {cache, hooks} = policyCache(model.config, id, keepFraction, options);
    const rows = [forward(model, IDS.slice(0, prompt), {cache, hooks})];
    const afterPrompt = cache.bytes();
    for (const next of IDS.slice(prompt)) rows.push(forward(model, [next], {cache, hooks}));
    return {logits: rows.flatMap(({data}) => Array.from(data)), afterPrompt, bytes: cache.bytes()};
  };
  const noteBytes = id === "streaming-llm" ? 4 : 12;
  const rowBytes = 8 * 16 + noteBytes;

  test("frees nothing of everything, and then is the model to rounding", () => {
    const {logits, bytes} = decode(1, 32);
    expect(maxDifference(logits, forward(model, IDS).data)).toBeLessThan(1e-3);
    expect(bytes).toBe(4 * 2 * 64 * rowBytes);
  });

  test("frees what its policy drops: of all layers but the first only the budget and the sinks stay", () => {
    const {afterPrompt, bytes} = decode(0.25, 32);
    const most = (tokens: number, held: number) => 2 * rowBytes * (tokens + 3 * held);
    expect(afterPrompt).toBeLessThanOrEqual(most(32, 8 + SINKS));
    expect(afterPrompt).toBeGreaterThanOrEqual(most(32, 8));
    // SnapKV compresses the prompt alone: what is written stays.
    const held = id === "snapkv" ? 8 + 32 : 16;
    expect(bytes).toBeLessThanOrEqual(most(64, held + SINKS));
    expect(bytes).toBeGreaterThanOrEqual(most(64, held));
    expect(POLICIES[id].kind).toBe("evicts");
  });
});
