import {expect, test} from "vitest";
import {
  averagePerplexity,
  bitmodPerplexities,
  razerBlogPerplexities,
  razerV2Perplexities,
} from "../../src/lib/reported/perplexity.js";

// The averages that the paper prints beside its rows: an independent check of the copied numbers.
const printedAverages: Readonly<Record<string, number>> = {
  "16 FP16": 9.35,
  "16 MXFP4": 10.1,
  "16 NVFP4": 9.61,
  "16 GPTQ": 9.65,
  "16 AWQ": 9.7,
  "16 SqueezeLLM": 9.69,
  "16 4over6": 9.59,
  "16 RaZeR": 9.52,
  "4 MXFP4": 11.38,
  "4 NVFP4": 9.83,
  "4 NF4": 10.13,
  "4 MR-GPTQ": 9.88,
  "4 4over6": 9.78,
  "4 RaZeR": 9.68,
};

function rowsOf(method: string, activationBits: number) {
  return razerV2Perplexities.filter((row) => row.method === method && row.activationBits === activationBits);
}

test.each(Object.entries(printedAverages))("the row %s averages to the printed %f", (key, printed) => {
  const [activationBits, method] = key.split(" ");
  expect(Math.abs(averagePerplexity(rowsOf(method, Number(activationBits))) - printed)).toBeLessThanOrEqual(
    0.00501,
  );
});

test("BlockDialect's printed average of 10.13 does not follow from its row, which gives 9.92", () => {
  expect(averagePerplexity(rowsOf("BlockDialect", 4))).toBeCloseTo(9.92, 2);
});

test("every table holds one pair for each method and model, all finite and C4 above WikiText-2", () => {
  expect(razerV2Perplexities).toHaveLength(15 * 8);
  expect(razerBlogPerplexities).toHaveLength(7 * 5);
  expect(bitmodPerplexities).toHaveLength(5 * 3);
  for (const row of [...razerV2Perplexities, ...razerBlogPerplexities, ...bitmodPerplexities]) {
    expect(row.c4).toBeGreaterThan(row.wikitext2);
    expect(Number.isFinite(row.c4)).toBe(true);
  }
});

test("no quantized row beats FP16 on WikiText-2", () => {
  for (const table of [razerV2Perplexities, razerBlogPerplexities, bitmodPerplexities]) {
    for (const row of table) {
      const fp16 = table.find(({method, model}) => method === "FP16" && model === row.model)!;
      expect(row.wikitext2).toBeGreaterThanOrEqual(fp16.wikitext2);
    }
  }
});
