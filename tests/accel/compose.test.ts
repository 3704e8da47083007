import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {type Choices, type Composition, compose, composeAll} from "../../src/lib/accel/compose.js";
import {fitMemory, footprint, weightBytes} from "../../src/lib/accel/footprint.js";
import {type FormatChoice, type Formats, FP16, type Machine} from "../../src/lib/accel/machine.js";
import {MACHINES, machineById} from "../../src/lib/accel/machines.js";
import {modelById} from "../../src/lib/accel/models.js";
import {paretoFront} from "../../src/lib/accel/pareto.js";

const INT4: FormatChoice = {id: "int4", bitsPerElement: 4.125};
const INT8: FormatChoice = {id: "int8", bitsPerElement: 8.125};
const HALF: Formats = {weights: FP16, activations: FP16, kv: FP16};
const llama = modelById("llama-3.1-8b");
const rtx = machineById("rtx-4090");

const base: Composition = {
  model: llama,
  machine: rtx,
  workload: {batch: 1, prompt: 1024, output: 256},
  formats: HALF,
};

function figures(change: Partial<Composition> = {}) {
  const composed = compose({...base, ...change});
  if (composed.refused) throw new Error(composed.refused.reason);
  return composed.figures;
}

describe("memory", () => {
  test("fp16 weights of an 8.03 B model are 16.06 GB, int4 with its scales 4.14", () => {
    expect(weightBytes(llama, HALF)).toBe(2 * 8_030_261_248);
    expect(weightBytes(llama, {...HALF, weights: INT4})).toBeCloseTo((8_030_261_248 * 4.125) / 8, 3);
  });

  test("embeddings may keep their own format, sparse layers keep what stays and where", () => {
    const tables = 2 * 128_256 * 4096;
    const mixed = weightBytes(llama, {...HALF, weights: INT4, embeddings: FP16});
    expect(mixed).toBeCloseTo(((8_030_261_248 - tables) * 4.125) / 8 + 2 * tables, 3);
    const sparse = weightBytes(llama, {...HALF, embeddings: FP16}, {n: 2, m: 4});
    expect(sparse).toBeCloseTo(((8_030_261_248 - tables) * 9) / 8 + 2 * tables, 3);
  });

  test("the cache is elements a token times tokens times sequences", () => {
    expect(footprint(llama, HALF, {batch: 4, context: 1000}).kv).toBe(4 * 1000 * 65_536 * 2);
    expect(footprint(modelById("mamba-2.8b"), HALF, {batch: 2, context: 1000}).kv).toBe(0);
    expect(footprint(modelById("mamba-2.8b"), HALF, {batch: 2, context: 1000}).state).toBe(
      2 * (5_242_880 * 4 + 1_310_720 * 2),
    );
  });

  test("what does not fit is named with its excess and what would fit, and that does fit while one more does not", () => {
    const long = {batch: 1, context: 131_072, chunk: 2048};
    const room = fitMemory(llama, rtx, HALF, long);
    expect(room.fits).toBe(false);
    expect(room.over).toBe(room.needed.total - 24e9);
    expect(room.message).toMatch(
      /^weights 16\.1 GB \+ KV cache 17\.2 GB \+ activations 0\.\d\d GB = 33\.\d GB > 24\.0 GB by 9\.\d GB: fits with a context of at most \d+ with batch 1$/,
    );
    const at = (context: number) => fitMemory(llama, rtx, HALF, {...long, context}).fits;
    expect(at(room.maxContext)).toBe(true);
    expect(at(room.maxContext + 1)).toBe(false);
  });

  test("the largest batch fits and one more does not", () => {
    const crowd = {batch: 1000, context: 4096, chunk: 2048};
    const room = fitMemory(llama, rtx, HALF, crowd);
    expect(room.message).toMatch(/batch of at most \d+ with context 4096$/);
    expect(fitMemory(llama, rtx, HALF, {...crowd, batch: room.maxBatch}).fits).toBe(true);
    expect(fitMemory(llama, rtx, HALF, {...crowd, batch: room.maxBatch + 1}).fits).toBe(false);
  });

  test("weights that are too large alone are said so", () => {
    const room = fitMemory(modelById("llama-3.1-70b"), rtx, HALF, {batch: 1, context: 1});
    expect(room.maxContext).toBe(0);
    expect(room.maxBatch).toBe(0);
    expect(room.message).toMatch(/: the weights alone are too large by 117\.1 GB$/);
  });

  test("a recurrent model has no largest context, a machine without its own memory no limit", () => {
    const mamba = fitMemory(modelById("mamba-2.8b"), rtx, HALF, {batch: 1, context: 100, chunk: 64});
    expect(mamba.maxContext).toBe(Number.POSITIVE_INFINITY);
    const xeon = fitMemory(llama, machineById("xeon-spr-56c"), HALF, {
      batch: 64,
      context: 100_000,
      chunk: 64,
    });
    expect(xeon.fits).toBe(true);
    expect(xeon.maxBatch).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("compose", () => {
  test("tokens a second of a single sequence are at most bandwidth over bytes", () => {
    const {tokensPerSecond} = figures();
    const bound = 1008e9 / (2 * (8_030_261_248 - 128_256 * 4096));
    expect(tokensPerSecond).toBeLessThan(bound);
    expect(tokensPerSecond).toBeGreaterThan(0.97 * bound);
  });

  test("figures are the sums of their breakdown", () => {
    const composed = compose(base);
    if (composed.refused) throw new Error(composed.refused.reason);
    const {figures: f, prefill, decode, footprint: room} = composed;
    expect(f.timeToFirstToken).toBe(prefill.roofline.seconds);
    expect(f.timePerToken).toBe(decode.roofline.seconds);
    expect(f.memory).toBe(room.total);
    const {compute, sram, dram} = decode.energy;
    expect(f.joulesPerToken).toBeCloseTo(compute + sram + dram, 12);
    expect(room.weights + room.kv + room.state + room.activations).toBeCloseTo(room.total, 0);
  });

  test("narrow weights speed decode up by nearly their ratio and leave long prompts alone", () => {
    const wide = figures();
    const narrow = figures({formats: {...HALF, weights: INT4}});
    expect(wide.timePerToken / narrow.timePerToken).toBeGreaterThan(3.5);
    expect(wide.timeToFirstToken / narrow.timeToFirstToken).toBeLessThan(1.1);
  });

  test("sparse products save energy only where the machine skips them", () => {
    const computing = (machine: Machine, sparsity: {n: number; m: number} | null) => {
      const composed = compose({...base, machine, sparsity, formats: {...HALF, weights: INT4}});
      if (composed.refused) throw new Error(composed.refused.reason);
      return composed.prefill.energy.compute;
    };
    const xeon = machineById("xeon-spr-56c");
    expect(computing(xeon, {n: 2, m: 4})).toBe(computing(xeon, null));
    expect(computing(rtx, {n: 2, m: 4}) / computing(rtx, null)).toBeLessThan(0.6);
    expect(computing(rtx, {n: 1, m: 4})).toBe(computing(rtx, {n: 2, m: 4}));
  });

  test("what cannot be is refused with the reason", () => {
    const large = compose({...base, model: modelById("llama-3.1-70b")});
    expect(large.refused).toMatchObject({kind: "does-not-fit"});
    const npu = machineById("meteor-lake-npu");
    const wide = compose({
      ...base,
      machine: npu,
      formats: {...HALF, activations: {id: "fp32", bitsPerElement: 32}},
    });
    expect(wide.refused).toEqual({
      kind: "no-rate",
      reason: "meteor-lake-npu has no rate for fp32 x fp32, only for fp16, int8",
    });
    expect(compose({...base, model: modelById("deit-s")}).refused?.kind).toBe("no-decode");
  });

  test("a caller's mistake is an error, not a refusal", () => {
    expect(() => compose({...base, workload: {batch: 0, prompt: 1, output: 1}})).toThrow(
      "compose: batch must be an integer of at least 1, got 0",
    );
    expect(() => compose({...base, formats: {...HALF, kv: {id: "none", bitsPerElement: 0}}})).toThrow(
      "compose: kv none: bitsPerElement must be a finite number above 0, got 0",
    );
    expect(() => compose({...base, sparsity: {n: 5, m: 4}})).toThrow(
      "compose: sparsity n must be at most m = 4, got 5",
    );
  });

  test("never better with fewer resources", () => {
    const halves: Partial<Machine>[] = [{bandwidthGBs: 504}, {peakTops: {...rtx.peakTops, fp16: 82.6}}];
    const full = figures();
    for (const half of halves) {
      const less = figures({machine: {...rtx, ...half}});
      expect(less.timeToFirstToken).toBeGreaterThanOrEqual(full.timeToFirstToken);
      expect(less.timePerToken).toBeGreaterThanOrEqual(full.timePerToken);
      expect(less.tokensPerSecond).toBeLessThanOrEqual(full.tokensPerSecond);
    }
  });

  test("extremes work: one token, a million tokens, one head, a huge batch", () => {
    const one = figures({workload: {batch: 1, prompt: 1, output: 1}});
    expect(one.timePerToken).toBeGreaterThan(0);
    const mqa = {
      ...llama,
      groups: [{...llama.groups[0], mixer: {kind: "gqa", heads: 1, kvHeads: 1, headDim: 129} as const}],
    };
    const h200 = machineById("h200");
    const million = figures({model: mqa, machine: h200, workload: {batch: 1, prompt: 1_000_000, output: 1}});
    expect(Number.isFinite(million.timeToFirstToken)).toBe(true);
    const crowd = figures({model: mqa, machine: h200, workload: {batch: 100_000, prompt: 1, output: 7}});
    expect(crowd.tokensPerSecond).toBeGreaterThan(one.tokensPerSecond);
  });
});

describe("a sweep", () => {
  const choices: Choices = {
    machines: [...MACHINES.values()],
    batches: [1, 4, 16, 64, 256],
    weights: [FP16, INT8, INT4, {id: "mxfp4", bitsPerElement: 4.25}, {id: "nvfp4", bitsPerElement: 4.5}],
    activations: [FP16, INT8, {id: "mxfp8_e4m3", bitsPerElement: 8.25}],
    kv: [FP16, INT8, INT4],
    sparsities: [null, {n: 2, m: 4}, {n: 1, m: 4}],
  };
  const all = composeAll(llama, {prompt: 2048, output: 512}, choices);

  test("tries every combination", () => {
    expect(all).toHaveLength(15 * 5 * 5 * 3 * 3 * 3);
    expect(all.length).toBeGreaterThan(10_000);
    for (const {figures: f, refused} of all) expect((f === null) !== (refused === null)).toBe(true);
  });

  test("gives the same figures as composing one by one", () => {
    for (let i = 0; i < all.length; i += 97) {
      const {composition, figures: f, refused} = all[i];
      const single = compose(composition);
      expect(single.figures).toEqual(f);
      expect(single.refused?.kind).toBe(refused?.kind);
    }
  });

  test("gives the same figures for a short prompt with a long answer and tables of their own format", () => {
    const few = {...choices, machines: [rtx], weights: [INT4], activations: [FP16], sparsities: [null]};
    for (const {composition, figures: f} of composeAll(llama, {prompt: 10, output: 4000}, few, {
      embeddings: FP16,
    })) {
      expect(composition.formats.embeddings).toBe(FP16);
      expect(compose(composition).figures).toEqual(f);
    }
  });

  test("holds its whole front: nothing outside beats a point on it", () => {
    const possible = all.flatMap(({figures: f}) =>
      f ? [[f.memory, f.timeToFirstToken, f.tokensPerSecond]] : [],
    );
    const front = new Set(paretoFront(possible, ["min", "min", "max"]));
    expect(front.size).toBeGreaterThan(0);
    for (const i of front) {
      const [m, t, s] = possible[i];
      const better = possible.some(([a, b, c]) => a <= m && b <= t && c >= s && (a < m || b < t || c > s));
      expect(better).toBe(false);
    }
  });
});

describe("paretoFront", () => {
  const points = fc.array(
    fc.tuple(fc.integer({min: 0, max: 6}), fc.integer({min: 0, max: 6}), fc.integer({min: 0, max: 6})),
  );

  test("keeps exactly the points that no other beats", () => {
    fc.assert(
      fc.property(points, (cloud) => {
        const front = new Set(paretoFront(cloud, ["min", "max", "min"]));
        cloud.forEach(([a, b, c], i) => {
          const beaten = cloud.some(([x, y, z]) => x <= a && y >= b && z <= c && (x < a || y > b || z < c));
          expect(front.has(i)).toBe(!beaten);
        });
      }),
      {seed: 6},
    );
  });

  test("handles nothing, equal points, infinities and NaN", () => {
    expect(paretoFront([], ["min"])).toEqual([]);
    expect(paretoFront([[1], [1]], ["min"])).toEqual([0, 1]);
    expect(
      paretoFront(
        [
          [Number.NaN, 0],
          [1, 1],
        ],
        ["min", "min"],
      ),
    ).toEqual([1]);
    expect(paretoFront([[Number.POSITIVE_INFINITY], [2]], ["max"])).toEqual([0]);
  });

  test("refuses points of another length", () => {
    expect(() => paretoFront([[1, 2]], ["min"])).toThrow("paretoFront: point 0 must have 1 numbers, got 2");
  });
});
