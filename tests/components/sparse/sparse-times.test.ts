import {expect, test} from "vitest";
import type {SpeedRecord} from "../../../src/components/by-hand/site/speed-table.js";
import {
  crossing,
  type SideSpeeds,
  sideSpeeds,
  sparseTimesFinding,
} from "../../../src/components/by-hand/sparse/sparse-times.js";
import {tileRow, tileRowFinding} from "../../../src/components/by-hand/sparse/tile-row.js";

const side = (name: string, ...times: readonly number[]): SideSpeeds => ({
  name,
  look: {family: "sparse"},
  speeds: times.map((each, i) => ({density: 50 * i, times: each})),
});

test("two sides cross on the straight line between what was measured", () => {
  expect(crossing(side("a", 3, 1, 0), side("b", 2, 2, 2))).toBe(25);
  expect(crossing(side("a", 3, 3, 3), side("b", 2, 2, 2))).toBe(100);
  expect(crossing(side("a", 1, 3, 3), side("b", 2, 2, 2))).toBe(0);
});

test("times are read by the names that the bench gives", () => {
  const record = (density: number, peerName: string, ours: number, peer: number) =>
    ({name: `sparse-gemv-${density}`, ours, peer, peerName}) as SpeedRecord;
  const sides = sideSpeeds([
    record(100, "our dense product, float32", 2, 3),
    record(100, "our listed-bf16", 2, 6),
    record(10, "our dense product, float32", 2, 3),
    record(10, "our listed-bf16", 2, 1),
  ]);
  expect(sides.map(({name, speeds}) => [name, speeds.map(({times}) => times)])).toEqual([
    ["bitmap, bfloat16", [1.5, 1.5]],
    ["listed entries, bfloat16", [3, 0.5]],
    ["dense, float32", [1, 1]],
  ]);
  // On the line from 1.5 ahead at 10 % to 1 behind at 100 %, and from 2 ahead to 0.5 behind.
  expect(sparseTimesFinding(sides)).toMatch(
    /listed entries are 3 times as fast at 10 %, faster than a bitmap up to 64 % and faster than the dense product up to 82 %/,
  );
});

test("a row of a tile is the weights of 16 outputs, its bits, and those that are not zero", () => {
  const {weights, word, stored, bytes} = tileRow({density: 50, seed: 1});
  expect(Array.from(weights, (weight) => weight !== 0)).toEqual(
    Array.from({length: 32}, (_, place) => ((word >>> place) & 1) === 1),
  );
  expect(Array.from(stored)).toEqual(Array.from(weights.filter((weight) => weight !== 0)));
  expect(bytes).toBe(4 + 2 * stored.length);
  expect(tileRowFinding({density: 100, seed: 1})).toMatch(/68 bytes, more than the 64/);
  expect(tileRowFinding({density: 0, seed: 1})).toMatch(
    /^0 of 32 weights are stored.*4 bytes, 16 times fewer/,
  );
});
