import {readFileSync} from "node:fs";
import {beforeAll, describe, expect, test} from "vitest";
import {loadTensors} from "../../../src/data/data-sets.js";
import {hitAccuracy} from "../../../src/lib/attention/hit-metrics.js";
import {attentionLogits} from "../../../src/lib/attention/logits.js";
import {questImportance} from "../../../src/lib/attention/quest/quest.js";
import type {Importance, Queries} from "../../../src/lib/attention/selection.js";
import {layerImportance, predictImportance} from "../../../src/lib/attention/token-butler/token-butler.js";
import {tokenButlerHooks} from "../../../src/lib/attention/token-butler/token-butler-hooks.js";
import {tokenButlerPredictor} from "../../../src/lib/attention/token-butler/token-butler-predictor.js";
import type {TokenButlerPredictor} from "../../../src/lib/attention/token-butler/token-butler-weights.js";
import {plainKvCache} from "../../../src/lib/engine/cache/kv-cache.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import type {Decoder} from "../../../src/lib/engine/decoder/load-decoder.js";
import type {Hooks} from "../../../src/lib/engine/hooks.js";
import {wasmBackend} from "../../../src/lib/engine/wasm/wasm-backend.js";
import {corpusDocument} from "../../../src/lib/tasks/corpus.js";
import type {Tensor} from "../../../src/lib/tensor/tensor.js";
import {loadFolder, maxDifference, trainedPath} from "../../engine/golden.js";

const floats = ({b64}: {b64: string}) => new Float64Array(Uint8Array.from(Buffer.from(b64, "base64")).buffer);

/** The text that a predictor reads and the attention that really was, of a held-out document. */
function observed(model: Decoder, {site}: TokenButlerPredictor, ids: readonly number[]) {
  let hidden = new Float64Array(0);
  const layers: Queries[] = [];
  const hooks: Hooks = {
    tensor(at, layer, x) {
      if (at === site && layer === 0) hidden = Float64Array.from(x);
      return undefined;
    },
    attention(call, plain) {
      layers[call.layer] = call;
      return plain(call);
    },
  };
  forward(model, ids, {hooks});
  return {hidden, layers};
}

describe.each(["decoder-small", "decoder-large", "decoder-coreference"])("the predictor of %s", (name) => {
  let model: Decoder;
  let tensors: ReadonlyMap<string, Tensor>;
  let predictor: TokenButlerPredictor;
  const expected = JSON.parse(readFileSync(`${trainedPath(name)}/token-butler-expected.json`, "utf8"));
  beforeAll(async () => {
    model = await loadFolder(trainedPath(name), {backend: await wasmBackend()});
    tensors = await loadTensors(`${trainedPath(name)}/token-butler.safetensors`);
    predictor = tokenButlerPredictor(tensors, model.config);
  });

  test("reads the hidden states that it was trained on", () => {
    const {hidden} = observed(model, predictor, expected.input_ids);
    expect(maxDifference(hidden, floats(expected.hidden))).toBeLessThan(1e-4);
  });

  test("scores as PyTorch does", () => {
    const {shape, weights, frequencies} = predictor;
    const prediction = predictImportance(floats(expected.hidden), shape, weights, frequencies);
    const T = expected.input_ids.length;
    const size = shape.heads * T * T;
    for (let layer = 1; layer < shape.layers; layer++) {
      const scores = floats(expected.scores).subarray((layer - 1) * size, layer * size);
      expect(maxDifference(layerImportance(prediction, layer).data, scores)).toBeLessThan(expected.tolerance);
    }
  });

  test("finds the important half on held-out documents far above chance, Quest and the most recent keys", () => {
    const hits = {predicted: 0, quest: 0, recent: 0};
    let count = 0;
    for (let index = 0; index < 4; index++) {
      const context = model.config.maxPositions;
      const {tokens} = corpusDocument("test", index, {context, seed: 31});
      const {hidden, layers} = observed(model, predictor, Array.from(tokens.slice(0, context)));
      const {shape, weights, frequencies} = predictor;
      const prediction = predictImportance(hidden, shape, weights, frequencies);
      layers.slice(1).forEach((call, n) => {
        const [truth, predicted] = [attentionLogits(call), layerImportance(prediction, n + 1)];
        const quest = questImportance(call, {pageSize: 8});
        for (let h = 0; h < truth.heads; h++) {
          const row = ({data, queries, keys}: Importance) =>
            data.slice(((h + 1) * queries - 1) * keys, (h + 1) * queries * keys);
          hits.predicted += hitAccuracy(row(predicted), row(truth));
          hits.quest += hitAccuracy(row(quest), row(truth));
          hits.recent += hitAccuracy(
            Float64Array.from({length: context}, (_, j) => j),
            row(truth),
          );
          count++;
        }
      });
    }
    // Chance is 0.5.
    expect(hits.predicted / count).toBeGreaterThan(0.65);
    expect(hits.predicted / count).toBeGreaterThan(hits.quest / count + 0.02);
    expect(hits.predicted / count).toBeGreaterThan(hits.recent / count + 0.1);
  });

  test("chooses the same keys token by token beside a cache as in one pass, and counts what it stores", () => {
    const ids = expected.input_ids as number[];
    const options = {keepFraction: 0.3, sinks: 2};
    const shown = (sizes: readonly number[]) => {
      const hooks = tokenButlerHooks(predictor, options);
      const cache = plainKvCache(model.config);
      const masks: string[][] = [];
      let from = 0;
      const logits = sizes.map((size) => {
        const part = forward(model, ids.slice(from, from + size), {
          cache,
          hooks: {
            ...hooks,
            attention: (call, plain) =>
              hooks.attention!(call, (inner) => {
                masks.push(rowsOf(inner.mask, call.queryPositions, call));
                return plain(inner);
              }),
          },
        });
        from += size;
        return part;
      });
      return {
        logits: logits.flatMap(({data}) => Array.from(data)),
        masks,
        bytes: hooks.predictorBytes(cache.length),
      };
    };
    const whole = shown([ids.length]);
    const single = shown(ids.map(() => 1));
    const mixed = shown([10, 1, 1, ids.length - 12]);
    const {heads, layers, importanceDim, reducedDim} = predictor.shape;
    expect(whole.bytes).toBe(4 * ids.length * (heads * layers * importanceDim + 2 * reducedDim));
    for (const parts of [single, mixed]) {
      expect(maxDifference(parts.logits, whole.logits)).toBeLessThan(1e-3);
      expect(parts.bytes).toBe(whole.bytes);
      expect(parts.masks.flat().sort()).toEqual(whole.masks.flat().sort());
    }
  });
});

/** Which keys each head of each query of a call was shown, one line each; nothing where all were. */
function rowsOf(
  mask: Uint8Array | undefined,
  positions: Int32Array,
  {layer, heads, keyPositions}: {layer: number; heads: number; keyPositions: Int32Array},
): string[] {
  const [T, L] = [positions.length, keyPositions.length];
  return Array.from({length: heads * T}, (_, row) => {
    const [h, position] = [Math.floor(row / T), positions[row % T]];
    const keys = Array.from({length: position + 1}, (_, j) => mask?.[row * L + j] ?? 1);
    return `layer ${layer} head ${h} at ${position}: ${keys.join("")}`;
  });
}

describe("tokenButlerPredictor", () => {
  const config = {hiddenSize: 64, heads: 4, layers: 4};
  const loaded = () => loadTensors(`${trainedPath("decoder-small")}/token-butler.safetensors`);

  test("finds the site and the sizes in the tensors", async () => {
    const {site, shape, frequencies} = tokenButlerPredictor(await loaded(), config);
    expect(site).toBe("mlp.input");
    expect(shape).toEqual({
      width: 64,
      heads: 4,
      layers: 4,
      importanceDim: 8,
      hiddenDim: 64,
      reducedDim: 16,
    });
    expect([frequencies.attention.length, frequencies.importance.length]).toEqual([2, 4]);
  });

  test("names what is missing or has another shape", async () => {
    const tensors = new Map(await loaded());
    expect(() => tokenButlerPredictor(new Map(), config)).toThrow(
      /input\.weight must be a tensor attention\.input\.input\.weight or mlp\.input\.input\.weight, got none/,
    );
    expect(() => tokenButlerPredictor(tensors, {...config, hiddenSize: 32})).toThrow(
      /input\.weight must be \[16, 32\], got \[16, 64\]/,
    );
    expect(() => tokenButlerPredictor(tensors, {...config, heads: 3})).toThrow(
      /input\.weight must be a multiple of twice the 3 heads, got 16 rows/,
    );
    expect(() => tokenButlerPredictor(tensors, {...config, layers: 5})).toThrow(
      /query_out\.weight must be an even number for each of 5 x 4 heads, got 128 rows/,
    );
    tensors.delete("mlp.input.norm.bias");
    expect(() => tokenButlerPredictor(tensors, config)).toThrow(
      /norm\.bias must be a tensor \[16\], got none/,
    );
  });
});
