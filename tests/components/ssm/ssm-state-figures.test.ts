import {describe, expect, test} from "vitest";
import {
  afterFactsFigure,
  afterTextFigure,
  memoryFigure,
  tokenFigure,
} from "../../../src/components/plots/ssm/state.js";
import {forgetting} from "../../../src/lib/experiments/ssm/forgetting.js";
import {stateAgainstCache} from "../../../src/lib/experiments/ssm/state-against-cache.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";

type CostRow = Parameters<typeof memoryFigure.key>[0];
type ForgettingRow = Parameters<typeof afterFactsFigure.key>[0];

const setting = checkParams("test", stateAgainstCache.params, {});

function cost(model: string, context: number, more: Partial<CostRow> = {}): CostRow {
  const memoryBytes = model.startsWith("mamba") ? 7300 : 50 * context;
  return {
    model,
    context,
    format: "fp16",
    memoryBytes,
    memoryAgainst: memoryBytes / 50,
    weightBytes: 1000,
    operations: model.startsWith("mamba") ? 500 : 400 + context,
    time: null,
    timeLow: null,
    timeHigh: null,
    provenance: "measured",
    ...more,
  };
}

const costs = ["decoder-small", "mamba2-small"].flatMap((model) => [cost(model, 16), cost(model, 1616)]);

describe("the figures of state against cache", () => {
  test("draw a line for every model, and say how many tokens a state is worth", () => {
    const {series, finding} = memoryFigure.draw(costs, setting);
    expect(series.map(({name, family, join}) => [name, family, join])).toEqual([
      ["small decoder", "baseline", "line"],
      ["Mamba2", "state-space", "line"],
    ]);
    expect(finding).toContain("50 bytes a token");
    expect(finding).toContain("Mamba2's state as much as 146 of its tokens");
  });

  test("show operations, which are modelled, until times are there", () => {
    const {series, y, finding} = tokenFigure.draw(costs, setting);
    expect(series.every(({provenance}) => provenance === "modelled")).toBe(true);
    expect(y.label).toBe("operations");
    expect(finding).toContain("small decoder 4.85, Mamba2 1.");
  });

  test("show measured times with their quartiles as soon as there are some", () => {
    const timed = costs.map((row) => ({...row, time: 2, timeLow: 1, timeHigh: 3}));
    const {series, y} = tokenFigure.draw(timed, setting);
    expect(y.unit).toBe("ms");
    expect(series[0].provenance).toBe("measured");
    expect(series[0].points[0]).toMatchObject({x: 16, y: 2, interval: [1, 3]});
  });

  test("every point has a key of its own, and finds its row again", () => {
    const keys = memoryFigure.draw(costs, setting).series.flatMap(({points}) => points.map(({key}) => key));
    expect(new Set(keys).size).toBe(costs.length);
    expect(keys.toSorted()).toEqual(costs.map(memoryFigure.key).toSorted());
  });
});

function found(
  model: string,
  distance: number,
  right: number,
  more: Partial<ForgettingRow> = {},
): ForgettingRow {
  return {
    ...{model, between: "facts", distance, facts: distance / 5, seed: "all", right},
    ...{rightLow: right / 2, rightHigh: 1, documents: 48, provenance: "measured"},
    ...more,
  };
}

describe("the figures of forgetting", () => {
  const params = checkParams("test", forgetting.params, {});
  const rows = [
    found("decoder-small", 0, 1),
    found("decoder-small", 10, 0.9),
    found("mamba2-small", 0, 0.95),
    found("mamba2-small", 10, 0.2),
    found("mamba1-small", 0, 0.1),
    found("mamba1-small", 10, 0.6),
    found("mamba2-small", 10, 1, {seed: "999"}),
    found("mamba2-small", 0, 0.92, {between: "text"}),
    found("mamba2-small", 10, 0.4, {between: "text"}),
  ];

  test("draw what all seeds say together of one kind of text, with its intervals", () => {
    const {series} = afterFactsFigure.draw(rows, params);
    expect(series.map(({points}) => points.map(({y}) => y))).toEqual([
      [1, 0.9],
      [0.95, 0.2],
      [0.1, 0.6],
    ]);
    expect(series[0].points[1].interval).toEqual([0.45, 1]);
    expect(afterTextFigure.draw(rows, params).series.map(({points}) => points.map(({y}) => y))).toEqual([
      [0.92, 0.4],
    ]);
  });

  test("say up to where each finds nine in ten, in tokens and facts", () => {
    expect(afterFactsFigure.draw(rows, params).finding).toContain(
      "by the small decoder to the end, by Mamba2 directly after it only, by Mamba not even directly after it.",
    );
    expect(afterTextFigure.draw(rows, params).finding).toContain("by Mamba2 directly after it only. Lines");
    const held = [...rows, found("decoder-small", 20, 0.3)];
    expect(afterFactsFigure.draw(held, params).finding).toContain("small decoder for 10 tokens (2 facts),");
  });

  test("a point of one figure is none of the other", () => {
    const keys = [afterFactsFigure, afterTextFigure].flatMap((figure) =>
      figure.draw(rows, params).series.flatMap(({points}) => points.map(({key}) => key)),
    );
    expect(new Set(keys).size).toBe(keys.length);
    expect(afterFactsFigure.key(rows[0])).toBe(keys[0]);
  });
});
