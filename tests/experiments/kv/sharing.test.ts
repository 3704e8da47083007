import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {decoderOf} from "../../../src/lib/engine/decoder/decoder-weights.js";
import type {Decoder} from "../../../src/lib/engine/decoder/load-decoder.js";
import {keptModel, plainModel, promptLength} from "../../../src/lib/experiments/kv/kept-model.js";
import {sharing} from "../../../src/lib/experiments/kv/sharing.js";
import {largestRank, sharings, TECHNIQUES, WHOLE} from "../../../src/lib/experiments/kv/sharings.js";
import {DECODERS, decoderWeights} from "../../../src/lib/experiments/shared/decoders.js";
import {fp16, fp32} from "../../../src/lib/formats/float/float.js";
import {xkvRatio} from "../../../src/lib/kv/xkv/xkv-bytes.js";
import {xkvCache} from "../../../src/lib/kv/xkv/xkv-cache.js";
import {corpusDocument} from "../../../src/lib/tasks/corpus.js";

const IDS = Array.from(corpusDocument("test", 3, {context: 48, seed: 5}).tokens.slice(0, 48));
const small = DECODERS["decoder-small"];
const choice = {techniques: TECHNIQUES, groupSizes: [1, 2, 4, 8], keptKeys: [0.125, 1]};

describe("the settings of sharing", () => {
  test("leave out groups larger than the model, and name single layers by what they are", () => {
    const found = sharings(small, choice);
    expect(found.map(({name}) => name)).toEqual([
      "SVD 4, 6",
      "SVD 32, 32",
      "xKV-2 4, 6",
      "xKV-2 32, 32",
      "xKV-4 4, 6",
      "xKV-4 32, 32",
      "MiniCache from layer 2",
      "MiniCache from layer 0",
      "MiniCache, released from layer 2",
      "MiniCache, released from layer 0",
    ]);
    expect([1, 2, 4, 8].map((size) => largestRank(found, size))).toEqual([32, 64, 128, 0]);
  });

  test("have the ratio of the formula in a text without end", () => {
    for (const layers of [8, 6]) {
      const config = {...DECODERS["decoder-large"], layers};
      for (const method of sharings(config, {...choice, techniques: ["xKV"], keptKeys: [0.125]})) {
        if (!("rankK" in method)) continue;
        const {groupSize, rankK, rankV, limitRatio} = method;
        const widths = new Array<number>(layers).fill(64);
        const formula = xkvRatio({widths}, 2 ** 40, {groupSize, rankK, rankV});
        expect(limitRatio).toBeCloseTo(formula, 6);
      }
    }
  });
});

describe("a model that keeps what a technique makes of its texts", () => {
  let decoder: Decoder;
  beforeAll(async () => {
    const data = await loadData(["weights/decoder-small"]);
    decoder = await decoderOf(decoderWeights("decoder-small", data));
  });
  const all = sharings(small, choice);
  const options = (mode: "whole" | "prompt") => ({
    mode,
    largestRank: (size: number) => largestRank(all, size),
  });
  const named = (name: string) => all.find((method) => method.name === name)!;

  test.each(["whole", "prompt"] as const)(
    "is the model itself, to the bit, where everything is kept: %s",
    (mode) => {
      const exact = plainModel(decoder).logits(IDS);
      const kept = keptModel(decoder, fp32, options(mode));
      for (const method of [WHOLE, named("SVD 32, 32"), named("xKV-4 32, 32")]) {
        const model = kept(method);
        // Two passes of other lengths may sum in another order: the rows after a prompt are held to the same two passes.
        const logits = model.logits(IDS);
        if (mode === "whole") expect(logits).toEqual(exact);
        else expect(logits).toEqual(afterPrompt(xkvCache(small, {rankK: 0, rankV: 0}), exact));
        expect(model.bytesPerToken()).toBe(2 * 4 * 32 * 4);
      }
    },
  );

  function afterPrompt(cache: ReturnType<typeof xkvCache>, exact: ReturnType<typeof forward>) {
    const prompt = promptLength(IDS.length);
    forward(decoder, IDS.slice(0, prompt), {cache});
    cache.endPrompt?.();
    const rest = forward(decoder, IDS.slice(prompt), {cache});
    const data = exact.data.slice();
    data.set(rest.data, prompt * 256);
    return {shape: exact.shape, data};
  }

  test.each([fp32, fp16])(
    "after a prompt is the model with the cache of xKV, in bytes too: $id",
    (format) => {
      const model = keptModel(decoder, format, options("prompt"))(named("xKV-4 4, 6"));
      const logits = model.logits(IDS);
      const sizes = {groupSize: 4, rankK: 16, rankV: 24, format};
      const expected = afterPrompt(xkvCache(small, sizes), plainModel(decoder).logits(IDS));
      // In float16 the cache rounds keys once more, before it decomposes them.
      if (format === fp32) {
        logits.data.forEach((value, i) => {
          expect(Math.abs(value - expected.data[i])).toBeLessThan(1e-4);
        });
      }
      const prompt = xkvCache(small, sizes);
      forward(decoder, IDS.slice(0, promptLength(IDS.length)), {cache: prompt});
      prompt.endPrompt?.();
      expect(model.bytesPerToken()).toBe(prompt.bytes() / promptLength(IDS.length));
    },
  );

  test("leaves the layers before MiniCache's first as they are", () => {
    const [deep, released] = ["MiniCache from layer 2", "MiniCache, released from layer 2"].map((name) => {
      const model = keptModel(decoder, fp16, options("whole"))(named(name));
      return {logits: model.logits(IDS), bytes: model.bytesPerToken()};
    });
    const whole = 2 * 4 * 32 * 2;
    // Two of four layers: at best one of their two directions is saved.
    expect(deep.bytes).toBeGreaterThan(0.75 * whole);
    expect(deep.bytes).toBeLessThan(0.9 * whole);
    expect(deep.logits).not.toEqual(released.logits);
  });

  test("does not write", () => {
    expect(() => plainModel(decoder).write([])).toThrow(/samples must be none/);
  });
});

describe("the experiment", () => {
  test.each(["every token", "after the prompt"] as const)(
    "finds nothing lost where everything is kept in float32, and groups better than layers alone: %s",
    async (mode) => {
      const data = await loadData(["weights/decoder-small"]);
      const rows = await sharing.run(
        {mode, documents: 3, format: "fp32", techniques: ["xKV"], groupSizes: [1, 4], keptKeys: [0.125, 1]},
        {data},
      );
      const pooled = rows.filter(({seed}) => seed === "all");
      const of = (name: string) => pooled.find((row) => row.name === name)!;
      for (const name of ["uncompressed", "SVD 32, 32", "xKV-4 32, 32"]) {
        const {difference, klMean, answersChange, copiesChange, ratio} = of(name);
        if (mode === "every token") expect([difference, klMean]).toEqual([0, 0]);
        else expect(Math.abs(klMean)).toBeLessThan(1e-9);
        expect([answersChange, copiesChange, ratio]).toEqual([0, 0, 1]);
      }
      expect(of("xKV-4 4, 6").perplexity).toBeLessThan(0.9 * of("SVD 4, 6").perplexity);
      expect(of("SVD 4, 6").limitRatio).toBe(of("xKV-4 4, 6").limitRatio);
      expect(of("SVD 4, 6").tokens).toBe(mode === "every token" ? 9 * 128 : 9 * 64);
      expect(rows).toHaveLength(4 * pooled.length);
    },
    60_000,
  );
});
