import {describe, expect, test} from "vitest";
import {levelsFinding} from "../../../src/components/by-hand/accel/levels-view.js";
import {averagedQuestion} from "../../../src/components/by-hand/questions/ssm.js";
import {
  meanChannelOutputs,
  meanChannelText,
  TOKENS,
} from "../../../src/components/by-hand/ssm/mean-channel.js";
import {mapsFinding, namesFinding} from "../../../src/components/by-hand/ssm/picture-view.js";
import {
  averagedFigure,
  averagedFinding,
  operationsFinding,
} from "../../../src/components/plots/ssm/averaged.js";
import {vmeanbaExperiment} from "../../../src/lib/experiments/ssm/vmeanba.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";

type AveragedRow = Parameters<typeof averagedFigure.key>[0];

function averaged(seed: string, count: number, change: number): AveragedRow {
  const accuracy = 0.9 + change;
  return {
    way: "vmeanba",
    label: "VMeanba",
    pruned: 0,
    seed,
    averaged: count,
    layers: "by seed",
    accuracy,
    accuracyLow: accuracy - 0.02,
    accuracyHigh: accuracy + 0.02,
    change,
    changeLow: change - 0.01,
    changeHigh: change + 0.01,
    loss: 0.3,
    scanOperations: 400 - 100 * count,
    scanExponentials: 10,
    operations: 1000 - 100 * count,
    stateNumbers: 10,
    pictures: 100,
    provenance: "measured",
  };
}

const rows = ["1", "all"].flatMap((seed) =>
  [0, -0.01, -0.02, -0.3].map((change, count) => averaged(seed, count, change)),
);

describe("averaged layers", () => {
  test("are told up to the first that costs three points, of all seeds together", () => {
    expect(averagedFinding(rows)).toMatch(/^With 2 of 3 layers averaged accuracy changes by −?-?2 points/);
    expect(averagedFinding(rows)).toMatch(/With all 3 averaged it is 60 %\.$/);
    const bad = [averaged("all", 0, 0), averaged("all", 1, -0.2), averaged("all", 2, -0.01)];
    expect(averagedFinding(bad)).toMatch(/^Averaging a single layer already costs/);
    expect(averagedFinding([])).toBe("No row of all seeds together.");
  });

  test("save the scans' share of the operations at most", () => {
    expect(operationsFinding(rows)).toMatch(/^The scans are 40 % of the operations/);
    expect(operationsFinding(rows)).toMatch(/leaves 25 % of theirs and 70 % of the whole/);
  });

  test("are drawn with a line for every seed, and an interval for all together", () => {
    const {series} = averagedFigure.draw(rows, checkParams("test", vmeanbaExperiment.params, {}));
    expect(series.map(({name}) => name)).toEqual(expect.arrayContaining(["all", "seed 1"]));
  });

  test("are asked about", () => {
    const {right, options, bars} = averagedQuestion(rows);
    expect(options[right]).toBe("1 or 2");
    expect(bars).toHaveLength(4);
  });
});

describe("three channels by hand", () => {
  test("have the mean of their outputs where their time steps are equal", () => {
    const {each, mean, ofMeans} = meanChannelOutputs({inputs: 2, steps: 1});
    expect([each.length, mean.length]).toEqual([3 * TOKENS, TOKENS]);
    mean.forEach((value, t) => {
      expect(ofMeans[t]).toBeCloseTo(value, 6);
    });
    expect(meanChannelText({inputs: 2, steps: 1})).toMatch(/exactly the mean/);
    expect(meanChannelText({inputs: 1, steps: 5})).toMatch(
      /differs from the mean of the three outputs by up to/,
    );
  });
});

describe("pictures", () => {
  const row = (before: string, after: string) => ({
    ...{index: 0, pixels: [0], shows: "disc", before, after},
    ...{chanceBefore: 0.5, chanceAfter: 0.5, provenance: "measured" as const},
  });

  test("are counted before and after", () => {
    expect(namesFinding([row("disc", "disc"), row("disc", "ring"), row("ring", "ring")])).toBe(
      "One name changes: 2 of 3 pictures are named rightly before, 1 after.",
    );
    expect(namesFinding([row("disc", "disc")])).toMatch(/^No name changes/);
  });

  test("tell the range of the variance between channels", () => {
    const layers = [
      {layer: 1, variation: 0.9},
      {layer: 2, variation: 0.25},
    ];
    expect(mapsFinding(layers)).toMatch(/25\u00a0% \(layer 2\) to 90\u00a0% \(layer 1\)/);
  });
});

test("levels are told against one level for all", () => {
  const way = (name: string, change: number) => ({
    ...{level: "2:4", way: name, seed: "all", work: 0.5, accuracy: 0.8 + change, loss: 1, evaluations: 0},
    ...{accuracyLow: 0.7, accuracyHigh: 0.9, change, changeLow: change - 0.01, changeHigh: change + 0.01},
    ...{pictures: 10, provenance: "measured" as const},
  });
  const told = levelsFinding([
    way("dense", 0.1),
    way("one level for all", 0),
    way("greedy", 0.05),
    way("evolved", 0),
  ]);
  expect(told).toMatch(/^One level for all names 80 % rightly, the dense model 90 %\./);
  expect(told).toMatch(/greedy: 5 points, better; evolved: 0 points, not told apart\.$/);
});
