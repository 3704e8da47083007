import {describe, expect, test} from "vitest";
import {
  methodGroup,
  packedStateFigure,
  type QuantizationRow,
  quantizedKlFigure,
  quantizedPerplexityFigure,
  setupName,
} from "../../../src/components/plots/ssm/quantization.js";
import {packedState} from "../../../src/lib/experiments/ssm/packed-state.js";
import {quantization} from "../../../src/lib/experiments/ssm/quantization.js";
import {scanQuantizers} from "../../../src/lib/ssm/registry.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";

const params = checkParams("test", quantization.params, {});

function row(method: string, bits: string, more: Partial<QuantizationRow>): QuantizationRow {
  return {
    method,
    bits,
    seed: "all",
    bytes: 200_000,
    stateBytes: 30_000,
    scaleBytes: 1000,
    perplexity: 12,
    difference: 0.5,
    differenceLow: (more.difference ?? 0.5) - 0.2,
    differenceHigh: (more.difference ?? 0.5) + 0.2,
    klMean: 0.01,
    klLow: 0.008,
    klHigh: 0.012,
    ...more,
  } as QuantizationRow;
}

const rows = [
  row("float16", "w16a16", {bytes: 400_000, klMean: 0, difference: 0, perplexity: 11.5}),
  row("static", "w8a8", {klMean: 0.05}),
  row("quamba2", "w8a8", {bytes: 190_000}),
  row("quamba2", "w4a8", {bytes: 100_000, klMean: 0.1, difference: 2, perplexity: 13.5}),
  row("quamba2", "w4a8", {seed: "999", klMean: 9}),
];

describe("the figures of quantized state-space models", () => {
  test("step along the setups that nothing of the same size or less beats, without the float model", () => {
    const {series, finding} = quantizedKlFigure.draw(rows, params);
    const front = series.find(({join}) => join === "front")!;
    expect(front.points.map(({label}) => label)).toEqual(["quamba2 W4A8", "quamba2 W8A8"]);
    expect(front.points.map(({x}) => x)).toEqual([100, 190]);
    expect(finding).toContain("quamba2 W4A8 (100), quamba2 W8A8 (190)");
    expect(series.flatMap(({points}) => points).some(({label}) => label === "float16")).toBe(false);
  });

  test("name the best and the worst of each width, with paired intervals", () => {
    const {finding, series} = quantizedPerplexityFigure.draw(rows, params);
    expect(finding).toContain("in W4A8 from 2 (1.8 to 2.2) with quamba2 to 2 (1.8 to 2.2) with quamba2");
    expect(finding).not.toContain("W4A16");
    const float16 = series.flatMap(({points}) => points).find(({label}) => label === "float16")!;
    expect(float16.interval![0]).toBeLessThan(11.5);
  });

  test("set what is packed against what it costs, worst first", () => {
    const {series, finding} = packedStateFigure.draw(
      rows.filter(({bits}) => bits !== "w4a8"),
      checkParams("test", packedState.params, {}),
    );
    expect(series.flatMap(({points}) => points).map(({x}) => x)).toContain(31);
    expect(finding).toContain("static 0.05, quamba2 0.01 nats");
  });

  test("give every method a group of one colour, and every group another", () => {
    const groups = scanQuantizers.ids.map(methodGroup);
    const colours = new Map(groups.map(({name, family, shade}) => [name, `${family} ${shade}`]));
    expect(new Set(colours.values()).size).toBe(colours.size);
    for (const method of scanQuantizers.ids)
      expect(setupName({method, bits: "w4a16"})).toBe(`${method} W4A16`);
    expect(methodGroup("float16").family).toBe("baseline");
  });

  test.each(scanQuantizers.all)("name $id and colour it as its record says", ({id, kind, label, family}) => {
    const group = methodGroup(id);
    expect(group.family, `the figures colour ${id} by another family than its record`).toBe(family);
    const repair = "one repair by itself";
    if (kind === "method") expect(group.name, `the figures lack a group for ${id}`).toBe(label);
    else expect(group.name === repair, `the figures mistake what ${id} is`).toBe(kind === "repair");
  });
});
