import {expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {compiledSentence} from "../../../src/lib/experiments/compiled/one-sentence.js";

test("fixed shapes write the words of a growing cache, bit for bit, until the cache is full", async () => {
  const data = await loadData(["weights/decoder-small"]);
  const rows = await compiledSentence.run({compiledLength: 8, layersPerChunk: 3, written: 6}, {data});
  expect(rows.map(({position}) => position)).toEqual(rows.map((_, i) => i));
  for (const {position, seen, cosine, sine, difference, next, growingNext} of rows) {
    expect(seen).toBe(Math.min(8, position + 1));
    expect(cosine).toBeCloseTo(Math.cos(position), 6);
    expect(sine).toBeCloseTo(Math.sin(position), 6);
    if (position < 8) expect([difference, next]).toEqual([0, growingNext]);
    else expect(difference).toBeGreaterThan(0);
  }
  expect(new Set(rows.map(({chunks}) => chunks))).toEqual(new Set([4]));
  await expect(compiledSentence.run({compiledLength: 8, written: 24}, {data})).rejects.toThrow(
    "a text must have at most twice the compiled length 8 of tokens",
  );
});
