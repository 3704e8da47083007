import {beforeAll, describe, expect, test} from "vitest";
import {sharedBasis, TOKENS, WIDTH} from "../../../src/components/by-hand/kv/shared-basis.js";
import {fitFigure, growthFigure, tokenText} from "../../../src/components/plots/kv/context.js";
import {countedFigure, limitFigure} from "../../../src/components/plots/kv/sharing.js";
import {keySpectra, needed, type SpectrumRow} from "../../../src/components/plots/kv/spectra.js";
import {loadData} from "../../../src/data/data-sets.js";
import {context} from "../../../src/lib/experiments/kv/context.js";
import {sharing} from "../../../src/lib/experiments/kv/sharing.js";

describe("two layers by hand", () => {
  test("share one component that gives everything back, though their rows have nothing in common", () => {
    const {lost, stored, cosine, layers, kept} = sharedBasis(0, 1, true);
    expect(lost).toBeLessThan(1e-12);
    expect(stored).toBe(TOKENS + 2 * WIDTH);
    expect(Math.abs(cosine)).toBeLessThan(1e-7);
    kept.forEach((layer, i) => {
      layer.forEach((value, at) => {
        expect(value).toBeCloseTo(layers[i][at], 5);
      });
    });
  });

  test("alone need more numbers for the same, and lose nothing when turned away", () => {
    expect(sharedBasis(0, 1, false).stored).toBe(2 * (TOKENS + WIDTH));
    expect(sharedBasis(90, 1, false).lost).toBeLessThan(1e-12);
    expect(sharedBasis(90, 1, true).lost).toBeCloseTo(0.5, 5);
    expect(sharedBasis(90, 2, true).lost).toBeLessThan(1e-12);
  });

  test("lose the more the further the second layer turns away", () => {
    const losses = [0, 15, 30, 45, 60, 75, 90].map((turned) => sharedBasis(turned, 1, true).lost);
    expect(losses).toEqual([...losses].sort((a, b) => a - b));
  });
});

/** A spectrum of two groups of two layers whose components halve. */
const spectrum = (order: string, ratio: number): SpectrumRow[] =>
  [0, 2].flatMap((first) =>
    Array.from({length: 8}, (_, i) => ({
      model: "m",
      side: "keys",
      groupSize: 2,
      order,
      first,
      component: i + 1,
      kept: 1 - ratio ** (i + 1),
      provenance: "measured" as const,
    })),
  );

describe("the figures of spectra", () => {
  const rows = [...spectrum("text", 0.25), ...spectrum("shuffled", 0.5)];

  test("count whole components for each layer", () => {
    // 1 - 1/64 is the first above 95 %: three components, of which two layers take two each.
    expect(needed(spectrum("text", 0.25))).toBe(2);
    expect(needed(spectrum("shuffled", 0.5))).toBe(3);
  });

  test("draw what is lost, a line for each order, the control in grey", () => {
    const {series} = keySpectra.draw(rows, {model: "decoder-small", documents: 1});
    expect(series.map(({name, family}) => [name, family])).toEqual([
      ["2 together", "layers"],
      ["2 together, shuffled", "baseline"],
    ]);
    const [text] = series;
    expect(text.points.map(({x}) => x)).toEqual([1, 2, 3, 4].filter((x) => 100 * 0.25 ** (2 * x) >= 0.1));
    expect(text.points[0].y).toBeCloseTo(100 / 16, 10);
  });
});

describe("the figures of sharing", () => {
  let rows: Awaited<ReturnType<typeof sharing.run>>;
  const setting = {documents: 3, keptKeys: [0.125, 0.1875], groupSizes: [1, 4]} as const;
  beforeAll(async () => {
    rows = await sharing.run(setting, {data: await loadData(["weights/decoder-small"])});
  }, 60_000);
  const params = {
    model: "decoder-small",
    mode: "every token",
    techniques: ["xKV", "MiniCache", "MiniCache, released"],
    format: "fp16",
    ...setting,
  } as const;

  test("join the settings of a technique, and give each its colour", () => {
    const {series} = countedFigure.draw(rows, params);
    expect(series.map(({name, family, shade}) => [name, family, shade])).toEqual([
      ["uncompressed", "baseline", 0],
      ["single-layer SVD", "layers", 0],
      ["xKV-4", "layers", 1],
      ["MiniCache", "layers", 2],
      ["MiniCache, released", "layers", 3],
    ]);
    expect(series.every(({provenance}) => provenance === "measured")).toBe(true);
  });

  test("put settings of equal ratio above one another in a text without end, and say what is modelled", () => {
    const {series, x, finding} = limitFigure.draw(rows, params);
    const xs = (name: string) => series.find((each) => each.name === name)!.points.map((point) => point.x);
    expect(xs("single-layer SVD")).toEqual(xs("xKV-4"));
    expect(x.label).toContain("modelled");
    expect(series.every(({provenance}) => provenance === "modelled")).toBe(true);
    expect(finding).toMatch(
      /a cache [\d.]+ times smaller, layers decomposed alone lose .*, groups of 4 layers /,
    );
  });
});

describe("the figures of contexts", () => {
  const params = {
    model: "llama-3.1-8b",
    context: 65_536,
    memory: 24,
    weights: "fp16",
    batch: 1,
    keptKeys: 0.125,
    density: 0.2,
    keepFraction: 0.25,
    config: "",
  } as const;

  test("draw every line dashed as modelled, and the room that weights leave", async () => {
    const rows = await context.run({});
    const {series, finding} = growthFigure.draw(rows, params);
    expect(series.every(({provenance}) => provenance === "modelled")).toBe(true);
    const guide = series.find(({join}) => join === "guide")!;
    expect(guide.points[0].y).toBeCloseTo(24 - 16.06, 2);
    expect(finding).toContain("leave 7.94 GB");
    const {series: fits} = fitFigure.draw(rows, params);
    const points = fits.flatMap((each) => each.points);
    expect(points).toHaveLength(new Set(rows.map(({technique}) => technique)).size);
    expect(points.find(({label}) => label === "fp16")!.y).toBe(60_573);
  });

  test("say so where weights do not fit or anything does", async () => {
    const tooSmall = await context.run({memory: 8});
    expect(growthFigure.draw(tooSmall, {...params, memory: 8}).finding).toMatch(/do not fit into 8 GB/);
    expect(fitFigure.draw(tooSmall, {...params, memory: 8}).series).toEqual([]);
    const sliding = await context.run({model: "mistral-7b"});
    expect(fitFigure.draw(sliding, params).finding).toMatch(/any context does/);
  });

  test("write tokens with their thousands apart", () => {
    expect([999, 65_536, 12_000_000].map(tokenText)).toEqual([
      "999 tokens",
      "65\u202f536 tokens",
      "12 million tokens",
    ]);
  });
});
