import {describe, expect, test} from "vitest";
import {channelFigure, type InsideRow, spectrumFigure} from "../../../src/components/plots/models/inside.js";
import {
  klFigure,
  perplexityFigure,
  pooledRows,
  type QualityRow,
} from "../../../src/components/plots/models/quality.js";
import {formatsOnModel} from "../../../src/lib/experiments/models/formats-on-model.js";
import {inside} from "../../../src/lib/experiments/models/inside.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";

const params = checkParams("test", formatsOnModel.params, {});

function row(format: string, more: Partial<QualityRow>): QualityRow {
  return {
    format,
    family: "int",
    seed: "all",
    bitsPerWeight: 4,
    klMean: 0.1,
    klLow: 0.08,
    klHigh: 0.12,
    perplexity: 7,
    difference: 1,
    differenceLow: 0.8,
    differenceHigh: 1.2,
    documents: 24,
    tokens: 100,
    ...more,
  } as QualityRow;
}

const rows = [
  row("fp16", {
    family: "baseline",
    bitsPerWeight: 16,
    klMean: 0,
    perplexity: 6,
    difference: 0,
    differenceLow: 0,
    differenceHigh: 0,
  }),
  row("int4", {}),
  row("int3", {bitsPerWeight: 3, klMean: 0.5, klLow: -0.1, klHigh: 1.1, perplexity: 9, difference: 3}),
  row("mxint4", {bitsPerWeight: 4.25, klMean: 0.2, perplexity: 7.5, difference: 1.5}),
  row("int4", {seed: "999", klMean: 9}),
];

describe("the figures of quality", () => {
  test("draw what all seeds say together, and no seed alone", () => {
    expect(pooledRows(rows)).toHaveLength(4);
    const keys = klFigure()
      .draw(rows, params)
      .series.flatMap(({points}) => points.map(({key}) => key));
    expect(keys.filter((key) => key === "mxint4")).toHaveLength(1);
  });

  test("leave out a divergence of zero, which no logarithm shows", () => {
    const {series, y} = klFigure().draw(rows, params);
    expect(y.log).toBe(true);
    expect(series.flatMap(({points}) => points).every(({y}) => y > 0)).toBe(true);
  });

  test("show plain rounding in grey beside another method, and name the formats that it leaves out", () => {
    const same = {model: "m", kv: "float32", activations: "float32"};
    const shipped = rows.map((each) => ({...each, ...same, method: "rtn"}));
    const ofMethod = [row("int4", {...same, method: "gptq", klMean: 0.05})];
    const asked = {...params, method: "gptq", formats: ["fp16", "int4"]} as const;
    const {series, finding} = klFigure(shipped).draw(ofMethod, asked);
    const ghost = series.find(({unnamed}) => unnamed)!;
    expect(ghost).toMatchObject({family: "baseline", points: [{key: "int4", y: 0.1}]});
    expect(finding).toContain("Left out, since gptq cannot round to them: fp16.");
    expect(
      klFigure(shipped)
        .draw(shipped, params)
        .series.some(({unnamed}) => unnamed),
    ).toBe(false);
    const fewer = ofMethod.map((each) => ({...each, tokens: 1}));
    expect(
      klFigure(shipped)
        .draw(fewer, asked)
        .series.some(({unnamed}) => unnamed),
    ).toBe(false);
  });

  test("step along the formats that nothing of the same size or less beats", () => {
    const front = klFigure()
      .draw(rows, params)
      .series.find(({join}) => join === "front")!;
    expect(front.points.map(({key}) => key)).toEqual(["int3", "int4"]);
  });

  test("give each mark its interval, above zero", () => {
    const points = klFigure()
      .draw(rows, params)
      .series.flatMap((series) => series.points);
    const int4 = points.find(({key}) => key === "int4")!;
    expect(int4.interval![0]).toBeCloseTo(0.08, 12);
    expect(int4.interval![1]).toBeCloseTo(0.12, 12);
    expect(points.find(({key}) => key === "int3")!.interval![0]).toBe(0.05);
  });

  test("take the paired interval for perplexity and draw float32 in grey", () => {
    const {series} = perplexityFigure().draw(rows, params);
    const guide = series.find(({join}) => join === "guide");
    expect(guide).toMatchObject({join: "guide", family: "baseline", name: "float32"});
    expect(guide!.points.map(({y}) => y)).toEqual([6, 6]);
    const int4 = series.flatMap(({points}) => points).find(({key}) => key === "int4")!;
    expect(int4.interval![1]).toBeCloseTo(7 + 0.2, 12);
  });

  test("say what a reader should see, whatever the rows", () => {
    expect(perplexityFigure().draw(rows, params).finding).toMatch(
      /int4 loses least: 1 \(0.8 to 1.2\) .* 24 documents/,
    );
    expect(klFigure().draw(rows, {...params, activations: "int8"}).finding).toMatch(
      /activations quantized as well/,
    );
    expect(
      perplexityFigure()
        .draw([], params)
        .series.flatMap(({points}) => points),
    ).toEqual([]);
  });
});

describe("the figures of the inside", () => {
  const insideParams = checkParams("test", inside.params, {});
  const part = (name: InsideRow["part"], site: string, values: readonly number[], first = 0) =>
    values.map((value, i) => ({part: name, site, index: i + first, value}) as InsideRow);

  test("name the channels that stand out most", () => {
    const spec = channelFigure.draw(part("channel", "mlp.input", [1, 9, 2, 5, 3]), insideParams);
    expect([...spec.labelled!]).toEqual([
      "channel mlp.input 1",
      "channel mlp.input 3",
      "channel mlp.input 4",
    ]);
    expect(spec.finding).toContain("9 (channel 1), 5 (channel 3), 3 (channel 4)");
  });

  test("count the directions that hold 95 % of the squared length", () => {
    const spectra = [
      ...part("spectrum", "k", [1, 0.1, 0], 1),
      ...part("spectrum", "k.rotated", [1, 0.9, 0.1], 1),
      ...part("spectrum", "v", [1, 1, 1], 1),
    ];
    const {finding, series} = spectrumFigure.draw(spectra, insideParams);
    expect(finding).toContain("1 for keys before rotary, 2 for keys, 3 for values");
    // Zero has no place on a logarithmic axis.
    expect(series[0].points).toHaveLength(2);
  });
});
