import {describe, expect, test} from "vitest";
import {modelRecordOfObject} from "../../../src/lib/architectures/read-model.js";
import {attention} from "../../../src/lib/engine/attention.js";
import {referenceBackend} from "../../../src/lib/engine/backend.js";
import {plainKvCache} from "../../../src/lib/engine/cache/kv-cache.js";
import {decoderConfigOf} from "../../../src/lib/engine/decoder/config.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {openModel} from "../../../src/lib/engine/language-model.js";
import {wasmBackend} from "../../../src/lib/engine/wasm/wasm-backend.js";
import {openFolder} from "../../../src/lib/io/node-file.js";
import {randomStream} from "../../../src/lib/tensor/random.js";
import {goldenPath, loadGolden, maxDifference, readExpected} from "../golden.js";

describe.each(["llada", "dream"])("the published layout of %s", (name) => {
  const expected = readExpected(name);

  test.each(["wasm", "reference"])(
    "gives the logits of an independent float64 pass, with %s",
    async (kind) => {
      const backend = kind === "wasm" ? await wasmBackend() : referenceBackend;
      const model = await loadGolden(name, {backend});
      expect(model.unused).toEqual([]);
      const {data} = forward(model, expected.ids);
      const rows = data.length / expected.ids.length;
      expect(rows).toBe(model.config.vocabSize);
      expect(maxDifference(data, expected.logits)).toBeLessThan(expected.tolerance);
    },
  );

  test("a prefix that is cached with the rest of the text in view is no longer what it was with less", async () => {
    const model = await loadGolden(name);
    const cache = plainKvCache(model.config);
    const {data} = forward(model, expected.ids, {cache});
    cache.truncate(10);
    // The same later tokens: keys and values of the first ten stand for them, and nothing differs but rounding.
    const again = forward(model, expected.ids.slice(10), {cache}).data;
    expect(maxDifference(again, data.subarray(data.length - again.length))).toBeLessThan(expected.tolerance);
    // Other later tokens move the keys of the prefix, which the cache does not see.
    const changed = [...expected.ids.slice(0, 10), ...expected.ids.slice(10).reverse()];
    cache.truncate(10);
    const stale = forward(model, changed.slice(10), {cache}).data;
    const whole = forward(model, changed).data;
    expect(maxDifference(stale, whole.subarray(whole.length - stale.length))).toBeGreaterThan(0.01);
  });

  test("reads a text as a whole", async () => {
    const folder = await openFolder(goldenPath(name));
    const read = (await openModel(folder)).read();
    await folder.close();
    expect(maxDifference(read(expected.ids).data, expected.logits)).toBeLessThan(expected.tolerance);
    expect(() => read([1])).toThrow(/read: ids must be the whole text .* got 1 more/);
  });
});

test("the mask and the place of predictions stand in the record", () => {
  const llada = {...JSON_LLADA, mask_token_id: 90};
  expect(modelRecordOfObject(llada).masked).toEqual({token: 90, shifted: false});
  expect(decoderConfigOf(modelRecordOfObject(llada)).masked).toEqual({token: 90, shifted: false});
});

test.each([
  ["block_type", undefined, "sequential"],
  ["rope", undefined, "false"],
  ["include_bias", true, "true"],
  ["multi_query_attention", true, "true"],
])("a switch of LLaDA's layout that no published model sets is refused: %s", (key, value, shown) => {
  expect(() => modelRecordOfObject({...JSON_LLADA, [key]: value})).toThrow(new RegExp(`${key}.*${shown}`));
});

const JSON_LLADA = {
  architectures: ["LLaDAModelLM"],
  model_type: "llada",
  block_type: "llama",
  layer_norm_type: "rms",
  rope: true,
  d_model: 32,
  n_heads: 4,
  n_layers: 2,
  mlp_hidden_size: 48,
  vocab_size: 96,
  embedding_size: 96,
  mask_token_id: 95,
};

test("with wasm and without, every query sees every key, in any number of them", async () => {
  const backend = await wasmBackend();
  const stream = randomStream(3, "bidirectional");
  const draw = (count: number) => Float32Array.from({length: count}, () => stream.normal());
  const call = {
    layer: 0,
    q: draw(5 * 4 * 8),
    keys: draw(9 * 2 * 8),
    values: draw(9 * 2 * 8),
    heads: 4,
    kvHeads: 2,
    headDim: 8,
    queryPositions: Int32Array.from([2, 3, 4, 5, 6]),
    keyPositions: Int32Array.from({length: 9}, (_, i) => i),
    window: null,
    causal: false,
  };
  const seen: Float32Array[] = [];
  const out = attention({...call, observe: (p) => seen.push(p)});
  expect(seen[0].every((p) => p > 0)).toBe(true);
  expect(maxDifference(backend.attention(call), out)).toBeLessThan(1e-5);
  expect(maxDifference(attention({...call, causal: true}), out)).toBeGreaterThan(0.01);
});
