import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  balancedElements,
  HSA_DEFAULT,
  HSA_KNOBS,
  type HsaMachine,
  hsaArea,
  hsaDecode,
  hsaPrefill,
  hsaScenario,
} from "../../src/lib/accel/hsa/cost.js";
import {decodeCycles, decodeFrames} from "../../src/lib/accel/hsa/decode-array.js";
import {type BlockWeights, dequantAfter, dequantFirst} from "../../src/lib/accel/hsa/dequant.js";
import {
  deferredNormLinear,
  ropeRecurrence,
  rsqrtUnit,
  toFraction,
  toSignificand,
} from "../../src/lib/accel/hsa/units.js";
import {modelById} from "../../src/lib/accel/models.js";
import {simulateSystolic} from "../../src/lib/accel/systolic/simulate.js";

/** MXINT4 codes and int8 activations of a random product. */
const problems = fc
  .record({
    M: fc.integer({min: 1, max: 4}),
    N: fc.integer({min: 1, max: 9}),
    K: fc.integer({min: 1, max: 80}),
    block: fc.constantFrom(4, 8, 32),
  })
  .chain(({M, N, K, block}) => {
    const count = N * Math.ceil(K / block);
    return fc.record({
      x: fc.int8Array({minLength: M * K, maxLength: M * K}),
      weights: fc.record({
        N: fc.constant(N),
        K: fc.constant(K),
        block: fc.constant(block),
        codes: fc.int8Array({minLength: N * K, maxLength: N * K, min: -8, max: 7}),
        exponents: fc.int8Array({minLength: count, maxLength: count, min: -12, max: 6}),
      }),
    });
  });

describe("where dequantization happens", () => {
  test("scaling the sums of blocks gives exactly the product of scaled weights", () => {
    fc.assert(
      fc.property(problems, ({x, weights}) => {
        expect([...dequantAfter(x, weights).y]).toEqual([...dequantFirst(x, weights).y]);
      }),
      {seed: 1},
    );
  });

  test("one scaling for every block of 32 products, against one for every weight", () => {
    const weights: BlockWeights = {
      N: 8,
      K: 128,
      block: 32,
      codes: new Int8Array(1024).fill(3),
      exponents: new Int8Array(32),
    };
    const x = new Int8Array(16 * 128).fill(2);
    const after = dequantAfter(x, weights);
    expect(after.conversions / after.macs).toBe(1 / 32);
    expect(dequantFirst(x, weights).conversions).toBe(8 * 128);
  });

  test("a block's sum fits weight bits + activation bits + log2 of the block", () => {
    const weights: BlockWeights = {
      N: 1,
      K: 32,
      block: 32,
      codes: new Int8Array(32).fill(-8),
      exponents: new Int8Array(1),
    };
    expect(dequantAfter(new Int8Array(32).fill(-128), weights).accumulatorBits).toBeLessThanOrEqual(
      4 + 8 + 5 + 1,
    );
    expect(dequantAfter(new Int8Array(32).fill(127), weights).accumulatorBits).toBeLessThanOrEqual(4 + 8 + 5);
  });

  test("refuses parts of another length", () => {
    const weights: BlockWeights = {
      N: 2,
      K: 4,
      block: 4,
      codes: new Int8Array(7),
      exponents: new Int8Array(2),
    };
    expect(() => dequantAfter(new Int8Array(4), weights)).toThrow(
      "dequantProduct: codes must hold 8 values, got 7",
    );
    const good = {...weights, codes: new Int8Array(8)};
    expect(() => dequantFirst(new Int8Array(5), good)).toThrow("dequantProduct: x must hold 4 values, got 5");
  });
});

describe("the decode mode of the array", () => {
  const run = (x: Int8Array, weights: BlockWeights, array: readonly [number, number]) => {
    const frames = decodeFrames(x, weights, array);
    for (let cycles = 0; ; cycles++) {
      const {done, value} = frames.next();
      if (done) return {y: value, cycles};
    }
  };

  test("gives the reference product in ceil(K / R) ceil(N / C) cycles", () => {
    fc.assert(
      fc.property(problems, fc.constantFrom(1, 2, 4), fc.integer({min: 1, max: 5}), ({x, weights}, R, C) => {
        const {K, N} = weights;
        const row = x.slice(0, K);
        const {y, cycles} = run(row, weights, [R, C]);
        expect([...y]).toEqual([...dequantFirst(row, weights).y]);
        expect(cycles).toBe(decodeCycles(K, N, [R, C]));
      }),
      {seed: 2},
    );
  });

  test("agrees with the same array left systolic, which takes about 2 R + C - 1 times as long", () => {
    const [K, N, R, C] = [64, 64, 8, 8];
    const codes = Int8Array.from({length: N * K}, (_, i) => ((i * 5) % 15) - 7);
    const x = Int8Array.from({length: K}, (_, i) => i - 30);
    const weights: BlockWeights = {N, K, block: 32, codes, exponents: new Int8Array(N * 2)};
    const B = {
      rows: K,
      columns: N,
      data: Array.from({length: K * N}, (_, i) => codes[(i % N) * K + Math.floor(i / N)]),
    };
    const slow = simulateSystolic({rows: 1, columns: K, data: x}, B, "ws", [R, C]);
    const fast = run(x, weights, [R, C]);
    expect([...fast.y]).toEqual([...(slow.output.data as Float64Array)]);
    expect(slow.cycles / fast.cycles).toBe(2 * R + C - 1);
  });

  test("column sums are the products below each other", () => {
    const weights: BlockWeights = {
      N: 3,
      K: 4,
      block: 4,
      codes: Int8Array.from({length: 12}, (_, i) => i - 6),
      exponents: new Int8Array(3),
    };
    for (const {products, columnSums} of decodeFrames(new Int8Array([1, 2, 3, 4]), weights, [2, 2])) {
      expect(columnSums).toEqual([0, 1].map((c) => (products[c] ?? 0) + (products[2 + c] ?? 0)));
    }
  });

  test("refuses folds that would cross a block", () => {
    const weights: BlockWeights = {
      N: 1,
      K: 8,
      block: 4,
      codes: new Int8Array(8),
      exponents: new Int8Array(2),
    };
    expect(() => run(new Int8Array(8), weights, [3, 1])).toThrow(
      "decodeFrames: R must divide the block of 4 or be a multiple of it, got 3",
    );
  });
});

describe("the units beside the array", () => {
  test("one Newton step brings the table's guess to 1.5 times the square of its error", () => {
    for (const tableBits of [4, 6, 8]) {
      const table = 0.75 / 2 ** tableBits;
      for (let i = 0; i < 4000; i++) {
        const x = 1.37 ** (i / 40 - 50);
        const error = Math.abs(rsqrtUnit(x, tableBits) * Math.sqrt(x) - 1);
        expect(error).toBeLessThanOrEqual(1.6 * table * table + 1e-15);
      }
    }
    expect(() => rsqrtUnit(0)).toThrow("rsqrtUnit: x must be finite and above 0, got 0");
    expect(() => rsqrtUnit(Number.NaN)).toThrow("rsqrtUnit: x must be finite and above 0, got NaN");
  });

  test("normalising after the product equals normalising before it", () => {
    const [K, N] = [48, 7];
    const x = Array.from({length: K}, (_, i) => Math.sin(i * 1.7) * 3);
    const gain = Array.from({length: K}, (_, i) => 1 + Math.cos(i));
    const w = Array.from({length: N * K}, (_, i) => Math.sin(i * 0.3));
    const rms = Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / K + 1e-6);
    const exact = deferredNormLinear(x, gain, w, {rsqrt: (v) => 1 / Math.sqrt(v)});
    for (let n = 0; n < N; n++) {
      const reference = x.reduce((sum, v, k) => sum + w[n * K + k] * gain[k] * (v / rms), 0);
      expect(exact[n]).toBeCloseTo(reference, 12);
      expect(deferredNormLinear(x, gain, w)[n] / reference).toBeCloseTo(1, 3);
    }
  });

  test("the angle recurrence drifts with the position and is set right by resynchronising", () => {
    const worst = (resync: number, round: (x: number) => number) =>
      Math.max(...ropeRecurrence(0.37, 512, {resync, round}).map(({error}) => error));
    const half = toSignificand(11);
    expect(worst(64, half)).toBeLessThan(worst(512, half));
    expect(worst(1, half)).toBeLessThanOrEqual(2 ** -11 * Math.SQRT2);
    expect(worst(64, toSignificand(24))).toBeLessThan(64 * 2 ** -23);
    expect(worst(64, toFraction(15))).toBeLessThan(64 * 4 * 2 ** -16);
  });

  test("rounding goes to the even neighbour", () => {
    expect([0.5, 1.5, 2.5, -0.5, 0.3].map(toFraction(0))).toEqual([0, 2, 2, 0, 0]);
    expect(toSignificand(11)(2049)).toBe(2048);
    expect(toSignificand(11)(2051)).toBe(2052);
    expect(toSignificand(11)(0)).toBe(0);
  });
});

describe("the cost of the edge accelerator", () => {
  const retnet = modelById("retnet-1.3b");
  const machine = HSA_DEFAULT;
  const weightsOnly = (bits: number) => hsaDecode(retnet, {...machine, weightBits: bits}, 1000).ema.weights;

  test("MXINT4 moves 3.765 times fewer weight bytes than fp16: 642 MB a token", () => {
    expect(weightsOnly(16) / weightsOnly(4.25)).toBeCloseTo(3.765, 3);
    expect(weightsOnly(4.25) / 1e6).toBeCloseTo(641.7, 0);
  });

  test("25.6 GB/s at 500 MHz feed 96 elements", () => expect(balancedElements(machine)).toBeCloseTo(96.4, 1));

  test("at balance decode is fully used: array and memory take equally long", () => {
    const array = [32, 32] as const;
    const balanced: HsaMachine = {
      ...machine,
      array,
      dramBytesPerSecond: (1024 * machine.weightBits * machine.clockHz) / 8,
    };
    const {computeCycles, ema} = hsaDecode(retnet, balanced, 1000);
    const linear = ema.weights / balanced.dramBytesPerSecond;
    expect(linear / (computeCycles / balanced.clockHz)).toBeGreaterThan(0.9);
    expect(hsaDecode(retnet, {...machine, array}, 1000).utilization).toBeCloseTo(1, 6);
  });

  test("switching the links wins what a systolic array loses on one row", () => {
    const square: HsaMachine = {...machine, array: [32, 32]};
    const hybrid = hsaDecode(retnet, square, 1000).computeCycles;
    const systolic = hsaDecode(retnet, square, 1000, "systolic").computeCycles;
    expect(systolic / hybrid).toBeGreaterThan(0.75 * (2 * 32 + 32 - 1));
    expect(systolic / hybrid).toBeLessThanOrEqual(2 * 32 + 32 - 1);
  });

  test("a chunk reads the weights once, so longer chunks need less traffic a token", () => {
    const bytes = (chunk: number) => hsaPrefill(retnet, {...machine, chunk}, 2048).ema.weights;
    expect(bytes(512)).toBeCloseTo(4 * bytes(2048), 0);
    expect(hsaPrefill(retnet, machine, 1).ema.weights).toBeCloseTo(weightsOnly(4.25), 3);
  });

  test("units of their own cost passes and cycles", () => {
    const own = hsaDecode(retnet, {...machine, foldedUnits: false}, 1000);
    const folded = hsaDecode(retnet, machine, 1000);
    expect(own.ema.activations).toBeGreaterThan(0);
    expect(folded.ema.activations).toBe(0);
    expect(own.computeCycles).toBeGreaterThan(folded.computeCycles);
  });

  test("a state that fits the buffer stays there", () => {
    expect(hsaDecode(retnet, machine, 10).ema.state).toBe(2 * 25_165_824 * 2);
    expect(hsaDecode(retnet, {...machine, sramKB: 50_000}, 10).ema.state).toBe(0);
  });

  test("a scenario adds up, and long inputs give more tokens a second and area than long outputs", () => {
    const long = hsaScenario(retnet, machine, 2048, 128);
    expect(long.seconds).toBeCloseTo(long.prefill.seconds + 128 * long.decode.seconds, 12);
    expect(long.mm2).toBe(hsaArea(machine));
    const short = hsaScenario(retnet, machine, 128, 2048);
    expect(long.tokensPerSecondPerMm2).toBeGreaterThan(short.tokensPerSecondPerMm2);
    expect(short.outputTokensPerSecondPerMm2).toBeLessThan(short.tokensPerSecondPerMm2);
  });

  test("never faster with fewer resources", () => {
    const full = hsaScenario(retnet, machine, 300, 30).seconds;
    const less: Partial<HsaMachine>[] = [
      {array: [16, 32]},
      {array: [32, 16]},
      {clockHz: 1e8},
      {dramBytesPerSecond: 1e9},
      {weightBits: 8.25},
      {foldedUnits: false},
    ];
    for (const change of less) {
      expect(hsaScenario(retnet, {...machine, ...change}, 300, 30).seconds).toBeGreaterThanOrEqual(full);
    }
  });

  test("works for a transformer, whose cache grows", () => {
    const tiny = modelById("tinyllama-1.1b");
    expect(hsaDecode(tiny, machine, 2000).emaBytes).toBeGreaterThan(hsaDecode(tiny, machine, 10).emaBytes);
  });

  test("every knob says where its value comes from, and bad ones are refused", () => {
    for (const {source, unit} of Object.values(HSA_KNOBS)) expect(source + unit).not.toBe("");
    expect(() => hsaDecode(retnet, {...machine, clockHz: 0}, 1)).toThrow(
      "hsa: clockHz must be a finite number above 0, got 0",
    );
    expect(() => hsaDecode(retnet, {...machine, array: [0, 8]}, 1)).toThrow(
      "hsa: rows must be an integer of at least 1, got 0",
    );
  });
});
