import {describe, expect, test} from "vitest";
import {ARRAY_DESIGNS, CLOUD_ARRAYS, FLAT_ARRAYS, type HeadSize} from "../../src/lib/accel/fusemax/arrays.js";
import {attentionCycles} from "../../src/lib/accel/fusemax/cycles.js";
import {arrayOperations, attentionEnergy, attentionPicojoules} from "../../src/lib/accel/fusemax/energy.js";
import {attentionBytes, heldBytes} from "../../src/lib/accel/fusemax/traffic.js";
import {fusemaxGains} from "../../src/lib/accel/fusemax/workloads.js";

const head = (tokens: number, width = 64): HeadSize => ({
  queries: tokens,
  keys: tokens,
  keyWidth: width,
  valueWidth: width,
});
const LENGTHS = [1024, 4096, 65536];

describe("cycles on two arrays", () => {
  test("are 138 for a tile and 64 for a block, of which the square works 137", () => {
    for (const [i, tokens] of LENGTHS.entries()) {
      const [blocks, tiles] = [tokens / 256, tokens / 256];
      const {cycles, square} = attentionCycles("fusemax", head(tokens), CLOUD_ARRAYS);
      expect(cycles).toBe(blocks * (138 * tiles + 64));
      expect(square).toBe(blocks * 137 * tiles);
      expect(square / cycles).toBeCloseTo([0.89, 0.965, 0.991][i], 3);
    }
  });

  // Seconds of BERT with 64 sequences of 12 heads, outputs/pregenerated/results of the artifact at f543beb.
  test.each([
    ["flat", FLAT_ARRAYS, [0.013386076595744681, 0.2141772255319149, 54.829369736170214]],
    ["fusemax", CLOUD_ARRAYS, [0.002013140425531915, 0.02970035744680851, 7.402500357446808]],
    ["stalled", CLOUD_ARRAYS, [0.005987131914893616, 0.09579411063829786, 24.523292323404252]],
    ["unfused", FLAT_ARRAYS, [0.02182357659574468, 0.3379272255319149, 85.60936973617021]],
  ] as const)("of %s are those of the paper's artifact", (design, machine, seconds) => {
    for (const [i, tokens] of LENGTHS.entries()) {
      const own = (64 * 12 * attentionCycles(design, head(tokens), machine).cycles) / machine.clockHz;
      expect(own / seconds[i]).toBeCloseTo(1, 6);
    }
  });

  test("interleaved are fewer than serial ones at every length, by a ratio that tends to a constant", () => {
    const gains = [1, 2, 4, 16, 256, 4096].map((tiles) => {
      const [serial, own] = (["serial", "fusemax"] as const).map(
        (design) => attentionCycles(design, head(256 * tiles), CLOUD_ARRAYS).cycles,
      );
      return serial / own;
    });
    for (const gain of gains) expect(gain).toBeGreaterThan(1);
    expect(gains.at(-1)).toBeCloseTo(275 / 138, 3);
  });
});

describe("bytes", () => {
  test("of one pass are the same for every element while three passes begin to spill", () => {
    const machine = {...CLOUD_ARRAYS, bufferBytes: 8 * 2 ** 20};
    const perElement = (design: "flat" | "fusemax", tokens: number) =>
      attentionBytes(design, head(tokens), machine) / (tokens * 128);
    const lengths = [1024, 4096, 16384];
    expect(new Set(lengths.map((tokens) => perElement("fusemax", tokens)))).toEqual(new Set([4]));
    expect(perElement("fusemax", 32768)).toBe(6);
    expect(perElement("flat", 32768)).toBeGreaterThan(100 * perElement("fusemax", 32768));
    expect(heldBytes("fusemax", head(1024), machine)).toBe(heldBytes("fusemax", head(65536), machine));
    expect(heldBytes("flat", head(65536), machine)).toBe(2 * 65536);
  });

  test("are those of the artifact where keys and values are read twice", () => {
    expect(768 * attentionBytes("fusemax", head(65536), CLOUD_ARRAYS)).toBe(38654705664);
    expect(768 * attentionBytes("fusemax", head(1048576), CLOUD_ARRAYS)).toBe(6803228196864);
  });
});

describe("energy", () => {
  test("has a division a channel and not a key", () => {
    expect(arrayOperations("fusemax", head(1024), CLOUD_ARRAYS).divide).toBe(1024 * 64);
    expect(arrayOperations("flat", head(1024), FLAT_ARRAYS).divide).toBe(1024 * 1024);
  });

  // Picojoules of the same table for FuseMax.
  test("of FuseMax is that of the artifact to two per cent", () => {
    const own = 768 * attentionPicojoules(attentionEnergy("fusemax", head(65536), CLOUD_ARRAYS));
    expect(Math.abs(own / 7885539507510327 - 1)).toBeLessThan(0.02);
  });
});

test("FuseMax is about as much faster than FLAT as printed, over the models and lengths of the paper", () => {
  const {attention, layer} = fusemaxGains();
  expect(Math.abs(attention.speedup / 6.7 - 1)).toBeLessThan(0.05);
  expect(Math.abs(layer.speedup / 5.3 - 1)).toBeLessThan(0.05);
  expect(attention.energy).toBeLessThan(1);
});

test("refuses a machine or a head that cannot be", () => {
  expect(() => attentionCycles("flat", head(0), FLAT_ARRAYS)).toThrow(
    "headTiles: queries must be an integer of at least 1, got 0",
  );
  expect(() => attentionCycles("flat", head(1), {...FLAT_ARRAYS, bandwidth: 0})).toThrow(
    "headTiles: bandwidth must be a finite number above 0, got 0",
  );
  for (const design of ARRAY_DESIGNS) {
    expect(attentionCycles(design, head(1, 1), CLOUD_ARRAYS).cycles).toBeGreaterThan(0);
  }
});
