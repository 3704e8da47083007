import {describe, expect, test} from "vitest";
import {methodTimes, timesFinding} from "../../../src/components/by-hand/decoding/times-panel.js";

const record = (name: string, ours: number, ratio: number) => ({
  ...{name, title: `${name}: a token`, ours, peer: ours * ratio, peerName: "plain decoding", ratio},
  ...{unit: "ms", peerSamples: 15, date: "2026-01-01", load: 1},
});
const large = [
  {method: "a", times: 4},
  {method: "plain", times: 1},
];

describe("time of decoding methods", () => {
  const times = methodTimes(
    [record("decoding-a", 2, 1.5), record("decoding-b", 1, 3), record("gemv", 1, 9)],
    large as never,
  );

  test("has the methods of the bench alone, the fastest first, and a model of those with counts", () => {
    expect(times.map(({title}) => title)).toEqual(["decoding-b", "decoding-a"]);
    expect(times.map(({large}) => large?.times)).toEqual([undefined, 4]);
  });

  test("says which is fastest of each kind", () => {
    expect(timesFinding(times)).toBe(
      "Here 2 of 2 methods write a token sooner than plain decoding, decoding-b 3 times as fast. For the large model decoding-a comes first, with 4 times.",
    );
    expect(timesFinding([])).toBe("No method was measured.");
  });
});
