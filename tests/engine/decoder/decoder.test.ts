import {describe, expect, test} from "vitest";
import {plainKvCache} from "../../../src/lib/engine/cache/kv-cache.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {greedy} from "../../../src/lib/engine/generate.js";
import {DECODERS, loadGolden, maxDifference, readExpected} from "../golden.js";

describe.each(DECODERS)("golden model %s", (name) => {
  const expected = readExpected(name);

  test("logits, hidden states and the normed last state are within the stated tolerance", async () => {
    const model = await loadGolden(name);
    const hidden: Float32Array[] = [];
    let final = new Float32Array(0);
    const logits = forward(model, expected.ids, {
      hooks: {
        tensor(site, _layer, x) {
          if (site === "embedding" || site === "layer.output") hidden.push(x);
          if (site === "final") final = x.slice();
          return undefined;
        },
      },
    });
    expect(logits.shape).toEqual([expected.ids.length, model.config.vocabSize]);
    expect(maxDifference(logits.data, expected.logits)).toBeLessThan(expected.tolerance);
    expect(hidden.length).toBe(expected.hidden.length);
    hidden.forEach((h, i) => {
      expect(maxDifference(h, expected.hidden[i])).toBeLessThan(expected.tolerance);
    });
    expect(maxDifference(final, expected.final)).toBeLessThan(expected.tolerance);
    expect(model.unused).toEqual([]);
  });

  test("greedy decoding through the cache takes the same tokens with the same logits", async () => {
    const {tokens, logits, promptLogits} = greedy(
      await loadGolden(name),
      expected.ids,
      expected.greedy.length,
    );
    expect(tokens).toEqual(expected.greedy.map((step) => step.token));
    logits.forEach((row, i) => {
      expect(maxDifference(row, expected.greedy[i].logits)).toBeLessThan(expected.tolerance);
    });
    expect(maxDifference(promptLogits, expected.logits)).toBeLessThan(expected.tolerance);
  });

  test("cached decode equals the full forward bit for bit, wherever the text is cut", async () => {
    const model = await loadGolden(name, {textTokens: expected.ids.length});
    const full = forward(model, expected.ids).data;
    const vocab = model.config.vocabSize;
    for (let cut = 1; cut < expected.ids.length; cut++) {
      const cache = plainKvCache(model.config);
      const first = forward(model, expected.ids.slice(0, cut), {cache}).data;
      const second = forward(model, expected.ids.slice(cut), {cache}).data;
      expect(maxDifference([...first, ...second], full)).toBe(0);
      expect(cache.length).toBe(expected.ids.length);
    }
    const cache = plainKvCache(model.config);
    expected.ids.forEach((id, t) => {
      const row = forward(model, [id], {cache, rows: "last"});
      expect(row.shape).toEqual([1, vocab]);
      expect(maxDifference(row.data, full.subarray(t * vocab, (t + 1) * vocab))).toBe(0);
    });
  });
});
