import {expect, test} from "vitest";
import {scanSensitivity} from "../../src/lib/quant/sensitivity.js";

const harm: Readonly<Record<string, number>> = {a: 1, b: 10, c: 0};
/** Harms add up, and b hurts twice as much beside a. */
const evaluate = (changed: ReadonlySet<string>) =>
  5 +
  [...changed].reduce((sum, layer) => sum + harm[layer], 0) +
  (changed.has("a") && changed.has("b") ? 10 : 0);

test("says what each layer does alone and what sparing it saves", async () => {
  const {none, all, layers} = await scanSensitivity(["a", "b", "c"], evaluate);
  expect([none, all]).toEqual([5, 26]);
  expect(layers).toEqual([
    {layer: "a", alone: 6, aloneChange: 1, spared: 15, sparedChange: -11},
    {layer: "b", alone: 15, aloneChange: 10, spared: 6, sparedChange: -20},
    {layer: "c", alone: 5, aloneChange: 0, spared: 26, sparedChange: 0},
  ]);
});

test("measures each set of layers once, and tells how far it is", async () => {
  const asked: string[] = [];
  const shares: number[] = [];
  await scanSensitivity(
    ["a", "b"],
    async (changed) => {
      asked.push([...changed].join());
      return 0;
    },
    {progress: (share) => shares.push(share)},
  );
  expect(asked.sort()).toEqual(["", "a", "a,b", "b"]);
  expect(shares.at(-1)).toBe(1);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
});

test("a model without layers is measured once", async () => {
  let calls = 0;
  const scan = await scanSensitivity([], () => ++calls);
  expect(scan).toEqual({none: 1, all: 1, layers: []});
});

test("stops when it is told to, and passes errors on", async () => {
  const stop = new AbortController();
  let calls = 0;
  const scan = scanSensitivity(
    ["a", "b"],
    () => {
      if (++calls === 2) stop.abort();
      return 0;
    },
    {signal: stop.signal},
  );
  await expect(scan).rejects.toThrow(/abort/i);
  expect(calls).toBe(2);
  await expect(scanSensitivity(["a"], () => Promise.reject(new Error("no memory")))).rejects.toThrow(
    "no memory",
  );
});

test("refuses a layer named twice", async () => {
  await expect(scanSensitivity(["a", "b", "a"], evaluate)).rejects.toThrow(
    "scanSensitivity: layers must differ, got a twice",
  );
});
