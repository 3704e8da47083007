import {describe, expect, test} from "vitest";
import type {Contest, Sides} from "../../bench/harness/contest.js";
import {UNITS} from "../../bench/harness/contest.js";
import {ratioOf, runContest} from "../../bench/harness/record.js";

const nothing = () => undefined;

function contest(sides: Partial<Sides> = {}, rest: Partial<Contest> = {}): Contest {
  const prepare = async () => ({work: 1, ours: nothing, peers: [], ...sides});
  return {name: "thing", title: "a thing", unit: "ms", prepare, ...rest};
}

/** Stands in for the clock: these samples, side by side. */
const measured =
  (...seconds: number[][]) =>
  async () =>
    seconds;

const peer = (name: string) => ({name, run: nothing});

describe("ratioOf", () => {
  test("is peer over ours for times and ours over peer for rates: above 1 we are ahead", () => {
    expect(ratioOf(2, 10, "ms")).toBe(5);
    expect(ratioOf(10, 2, "Mvalue/s")).toBe(5);
    expect(ratioOf(10, 2, "evaluations/s")).toBe(5);
  });
});

describe("units", () => {
  test("count the work of a run", () => {
    expect(UNITS.ms.ofSeconds(0.5, 10)).toBe(50);
    expect(UNITS["Mvalue/s"].ofSeconds(0.5, 4e6)).toBe(8);
    expect(UNITS["evaluations/s"].ofSeconds(0.5, 100)).toBe(200);
  });
});

describe("runContest", () => {
  test("gives a record for each peer, with medians and quartiles in the unit", async () => {
    const sides = {peers: [peer("fast"), peer("slow")]};
    const seconds = measured([0.001, 0.004, 0.002, 0.003, 0.005], [0.001], [0.03]);
    const records = await runContest(contest(sides), seconds);
    expect(records).toEqual([
      {
        name: "thing",
        title: "a thing",
        ours: 3,
        peer: 1,
        peerName: "fast",
        ratio: 1 / 3,
        unit: "ms",
        oursQuartiles: [2, 4],
        peerQuartiles: [1, 1],
        samples: 5,
        peerSamples: 1,
      },
      expect.objectContaining({ours: 3, peer: 30, peerName: "slow", ratio: 10}),
    ]);
  });

  test("turns rates around: quartiles ascend and the faster side has the larger number", async () => {
    const sides = {work: 1e6, peers: [peer("slow")]};
    const seconds = measured([0.1, 0.2, 0.4], [1, 1, 1]);
    const [record] = await runContest(contest(sides, {unit: "Mvalue/s"}), seconds);
    expect(record).toMatchObject({ours: 5, peer: 1, ratio: 5});
    expect(record.oursQuartiles[0]).toBeLessThan(record.oursQuartiles[1]);
  });

  test("takes the seconds of a peer that was measured apart, in its place among those that take turns", async () => {
    const peers = [{name: "apart", seconds: [0.5, 0.3]}, peer("in turn")];
    const records = await runContest(contest({peers}), measured([0.1, 0.1, 0.1], [0.2, 0.2, 0.2]));
    expect(records).toMatchObject([
      {peerName: "apart", peer: 400, ratio: 4, samples: 3, peerSamples: 2},
      {peerName: "in turn", peer: 200, ratio: 2, samples: 3, peerSamples: 3},
    ]);
  });

  test("takes as many samples as the contest asks for, and by default as many as the measure does", async () => {
    const asked: unknown[] = [];
    const measure = async (_: unknown, options?: unknown) => {
      asked.push(options);
      return [[1]];
    };
    await runContest(contest({}, {samples: 15}), measure);
    await runContest(contest(), measure);
    expect(asked).toEqual([{samples: 15}, {}]);
  });

  test("sets a target beside the measurement, as no measurement", async () => {
    const seconds = measured([0.002]);
    const [record] = await runContest(contest({}, {target: 10}), seconds);
    expect(record).toMatchObject({
      ours: 2,
      peer: 10,
      peerName: "target",
      ratio: 5,
      peerQuartiles: null,
      peerSamples: null,
    });
  });

  test("keeps ours where no peer runs", async () => {
    const [record] = await runContest(contest(), measured([0.002]));
    expect(record).toMatchObject({ours: 2, peer: null, peerName: null, ratio: null, peerQuartiles: null});
  });

  test("measures nothing if the sides disagree", async () => {
    const prepare = async (): Promise<Sides> => {
      throw new Error("thing: results must agree");
    };
    await expect(runContest(contest({}, {prepare}), measured())).rejects.toThrow("results must agree");
  });
});
