import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {e2m1, e3m3, ue4m3} from "../../../src/lib/formats/element.js";
import {type Format, packedBytes} from "../../../src/lib/formats/format.js";
import {razer, razerBlock, razerQuantize} from "../../../src/lib/formats/razer/razer.js";
import {razerAct, razerActBlock, razerActQuantize} from "../../../src/lib/formats/razer/razer-act.js";
import {dequantizeSpecials} from "../../../src/lib/formats/razer/razer-search.js";
import {randomStream} from "../../../src/lib/tensor/random.js";
import {type Tensor, tensor} from "../../../src/lib/tensor/tensor.js";

const normal = (shape: readonly number[], seed = 1): Tensor => {
  const stream = randomStream(seed, "razer test");
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({length: count}, () => stream.normal()),
    shape,
  );
};

const squaredError = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, v, i) => sum + (v - b[i]) ** 2, 0);

/** A first block that makes g = 1, then the block under test. */
const besideWeights = (block: readonly number[]) => tensor([168, ...new Array(15).fill(0), ...block]);
const besideActivations = (block: readonly number[]) => tensor([2688, ...new Array(15).fill(0), ...block]);

/** The value that comes back for v in a block whose scale is 1. */
const levelsOf = (special: number): number[] =>
  [...e2m1.values.filter((_, code) => code !== 8), special].sort((a, b) => a - b);

describe("razer, weights", () => {
  test("puts the special value where the numbers are, and counts it as code 8", () => {
    const q = razerQuantize(besideWeights([5, 6, 1, 0]));
    expect(q.tensorScale).toBe(1);
    expect(q.specialIndex[1]).toBe(0);
    expect([...q.codes.subarray(16)]).toEqual([8, 7, 2, 0]);
    const negative = razerQuantize(besideWeights([-8, 4, 1, 0]));
    expect(negative.specialIndex[1]).toBe(3);
    expect([...negative.codes.subarray(16)]).toEqual([8, 6, 2, 0]);
  });

  test.each([5, -5, 8, -8, 7, 2.5, -3.5])(
    "takes midpoints beside %d down, their neighbours to their sides",
    (special) => {
      const levels = levelsOf(special);
      const top = Math.max(...levels.map(Math.abs));
      levels.slice(1).forEach((upper, i) => {
        const lower = levels[i];
        const middle = (lower + upper) / 2;
        const around = new Float32Array([top, middle, middle, middle]);
        const bits = new Int32Array(around.buffer);
        bits[2] -= 1;
        bits[3] += 1;
        const [candidate] = razerBlock(around, {specials: [special]});
        expect(candidate.scale).toBe(1);
        const [nearer, farther] = middle > 0 ? [lower, upper] : [upper, lower];
        expect([...candidate.values.subarray(1)]).toEqual([lower, nearer, farther]);
      });
    },
  );

  test("shows all candidates of a block, and marks the one that the format takes", () => {
    const x = normal([40, 16]);
    const q = razerQuantize(x, {scaleGrid: "author"});
    for (let b = 0; b < 40; b++) {
      const y = x.data.subarray(16 * b, 16 * b + 16).map((v) => v / q.tensorScale);
      const candidates = razerBlock(y, {scaleGrid: "author"});
      const chosen = candidates.findIndex((candidate) => candidate.chosen);
      expect(candidates.map(({special}) => special)).toEqual([5, -5, 8, -8]);
      expect(chosen).toBe(q.specialIndex[b]);
      expect(candidates[chosen].scale).toBe(q.scales[b]);
      expect([...candidates[chosen].codes]).toEqual([...q.codes.subarray(16 * b, 16 * b + 16)]);
      expect(candidates[chosen].error).toBe(Math.min(...candidates.map(({error}) => error)));
      expect(candidates[chosen].error).toBeCloseTo(squaredError(candidates[chosen].values, y) / 16, 10);
    }
  });

  test("agrees with a naive search over all sixteen values", () => {
    const x = normal([20, 16], 2);
    const q = razerQuantize(x);
    const back = dequantizeSpecials({...q, tensorScale: 1}).data;
    for (let b = 0; b < 20; b++) {
      const y = [...x.data.subarray(16 * b, 16 * b + 16)].map((v) => Math.fround(v / q.tensorScale));
      const amax = Math.max(...y.map(Math.abs));
      const errors = [5, -5, 8, -8].map((special) => {
        const wanted = Math.min(28, Math.max(2 ** -5, amax / Math.max(6, Math.abs(special))));
        const scale = [...e3m3.values].sort((a, c) => Math.abs(a - wanted) - Math.abs(c - wanted))[0];
        return y.reduce((sum, v) => sum + Math.min(...levelsOf(special).map((l) => (l * scale - v) ** 2)), 0);
      });
      expect(squaredError(back.subarray(16 * b, 16 * b + 16), y)).toBeCloseTo(Math.min(...errors), 4);
    }
  });

  test("packs 4.5 bits per element: special value in the two top bits of an E3M3 byte", () => {
    const packed = razer().encode(besideWeights([-8, 4, 1, 0]));
    expect([...packed.parts.scales]).toEqual([0x3e, 0xc0 | 0x18]);
    expect([...packed.parts.codes.subarray(8)]).toEqual([0x68, 0x02]);
    expect(packedBytes(razer().encode(normal([64, 64])))).toBe((64 * 64 * 4.5) / 8 + 4);
  });

  test("brings every scale byte back", () => {
    for (let payload = 1; payload <= 60; payload++) {
      for (const [index, special] of [5, -5, 8, -8].entries()) {
        const scale = e3m3.values[payload];
        const block = [special * scale, 6 * scale, -6 * scale, 0.5 * scale];
        const packed = razer().encode(besideWeights(block));
        const bits = ((index & 1) << 7) | ((index >> 1) << 6);
        const exact = 8 * scale <= 168;
        if (exact) expect(packed.parts.scales[1]).toBe(bits | payload);
        if (exact) expect([...razer().decode(packed).data.subarray(16)]).toEqual(block);
      }
    }
  });

  test("keeps strict scales on the 64 values and differs from the author grid below a quarter only", () => {
    const stream = randomStream(5, "tiny blocks");
    const x = tensor(
      Float32Array.from({length: 64 * 16}, (_, i) => (i === 0 ? 168 : stream.normal() * 2 ** -(i >> 6))),
      [64, 16],
    );
    const strict = razerQuantize(x);
    const author = razerQuantize(x, {scaleGrid: "author"});
    strict.scales.forEach((scale, b) => {
      expect(e3m3.values).toContain(scale);
      if (author.scales[b] >= 0.25) expect(scale).toBe(author.scales[b]);
    });
    expect([...author.scales].some((scale) => !e3m3.values.includes(scale))).toBe(true);
  });

  test("with o = 7 is another format under its own id", () => {
    expect(razer({specials: [5, -5, 7, -7]}).id).toBe("razer_o7");
    expect(razer({specials: [2.5, -2.5], blockSize: 32}).id).toBe("razer_sv_2.5_m2.5_b32");
    const x = besideWeights([7, 1, 3, 0]);
    const format = razer({specials: [5, -5, 7, -7]});
    expect([...format.decode(format.encode(x)).data.subarray(16)]).toEqual([7, 1, 3, 0]);
  });

  test("takes zeros, negative zeros, odd rows, empty tensors; refuses what has no code", () => {
    const q = razerQuantize(tensor([0, -0, 0]));
    expect([...q.codes, ...q.specialIndex, ...q.scales, q.tensorScale]).toEqual([0, 0, 0, 0, 2 ** -5, 0]);
    const format = razer();
    const odd = normal([3, 21]);
    const packed = format.encode(odd);
    expect(packed.parts.scales).toHaveLength(6);
    expect([...format.decode(packed).data]).toEqual([...dequantizeSpecials(razerQuantize(odd)).data]);
    expect(format.decode(format.encode(tensor([], [4, 0])))).toEqual(tensor([], [4, 0]));
    expect(() => format.encode(tensor([0, Number.POSITIVE_INFINITY]))).toThrow(
      /razer: .* finite, got Infinity at index 1/,
    );
  });

  test("refuses options that are out of range", () => {
    expect(() => razer({specials: []})).toThrow(
      "razer: specials must be 1 to 4 different finite numbers, got []",
    );
    expect(() => razer({specials: [5, 5]})).toThrow("got [5, 5]");
    expect(() => razer({specials: [5, Number.NaN]})).toThrow("got [5, NaN]");
    expect(() => razerQuantize(tensor([1]), {scaleGrid: "loose" as "strict"})).toThrow(
      "razer: scaleGrid must be strict or author, got loose",
    );
    expect(() => razer({blockSize: -1})).toThrow("razer: blockSize must be an integer of at least 1, got -1");
  });
});

describe("razer, activations", () => {
  test("remaps only what is nearer to the special value, ties included", () => {
    const q = razerActQuantize(besideActivations([6, 4.5, 5.5, 5, 4.25, 5.75, -3, 0]));
    expect(q.specialIndex[1]).toBe(1);
    expect([...q.codes.subarray(16)]).toEqual([7, 8, 8, 8, 6, 7, 13, 0]);
  });

  test("takes every tie to the special value and other ties toward zero", () => {
    const ties = [6, 0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 4.5, 5.5];
    const positive = razerActBlock(Float32Array.from(ties), {specials: [5]})[0];
    expect([...positive.values]).toEqual([6, 0, 0.5, 1, 1.5, 2, 3, 5, 5]);
    const negative = razerActBlock(
      Float32Array.from(ties, (v) => -v),
      {specials: [-5]},
    )[0];
    expect([...negative.values].map((v) => v + 0)).toEqual(
      [-6, 0, -0.5, -1, -1.5, -2, -3, -5, -5].map((v) => v + 0),
    );
    const beside = razerActBlock(Float32Array.of(6, 5), {specials: [-5]})[0];
    expect([...beside.values]).toEqual([6, 4]);
  });

  test.each([5, -5, 4.5, -3.5, 2.5, 7, -8])(
    "with %d takes what the two distances say, number by number",
    (special) => {
      const stream = randomStream(9, "distances");
      const y = Float32Array.from({length: 2000}, (_, i) => (i === 0 ? 6 : 12 * stream.uniform() - 6));
      const midpoints = [0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5];
      const [candidate] = razerActBlock(y, {specials: [special]});
      y.forEach((v, i) => {
        const plain = Math.sign(v) * e2m1.values[midpoints.filter((middle) => Math.abs(v) > middle).length];
        const expected = Math.abs(v - plain) < Math.abs(v - special) ? plain : special;
        expect(candidate.values[i] + 0).toBe(expected + 0);
      });
    },
  );

  test("takes the first special value where both cost the same", () => {
    expect([...razerActQuantize(besideActivations([6, 1, 2, 3])).specialIndex]).toEqual([0, 0]);
  });

  test("packs 4.5 bits per element: bit 7 of the scale byte is 1 for the negative one", () => {
    const format = razerAct();
    const minus = format.encode(besideActivations([6, -5]));
    const plus = format.encode(besideActivations([6, 5]));
    expect([minus.parts.scales[1], plus.parts.scales[1]]).toEqual([0xb8, 0x38]);
    expect([...format.decode(minus).data.subarray(16)]).toEqual([6, -5]);
    expect([...format.decode(plus).data.subarray(16)]).toEqual([6, 5]);
    expect(packedBytes(format.encode(normal([64, 64])))).toBe((64 * 64 * 4.5) / 8 + 4);
  });

  test("brings every scale byte back", () => {
    for (let code = 1; code <= ue4m3.maxCode; code++) {
      const scale = ue4m3.values[code];
      for (const special of [-5, 5]) {
        const block = [6 * scale, special * scale, 0];
        const packed = razerAct().encode(besideActivations(block));
        expect(packed.parts.scales[1]).toBe(code | (special < 0 ? 0x80 : 0));
        expect([...razerAct().decode(packed).data.subarray(16)]).toEqual(block);
      }
    }
  });

  test("never loses more than the same search without a special value", () => {
    const x = normal([64, 16], 7);
    const plain = dequantizeSpecials(razerActQuantize(x, {specials: [6]}));
    const ours = dequantizeSpecials(razerActQuantize(x));
    for (let b = 0; b < 64; b++) {
      const part = ({data}: Tensor) => data.subarray(16 * b, 16 * b + 16);
      expect(squaredError(part(ours), part(x))).toBeLessThanOrEqual(
        squaredError(part(plain), part(x)) * (1 + 1e-5),
      );
    }
  });

  test("takes zeros and other magnitudes, and refuses what it cannot hold", () => {
    const zeros = tensor(new Float32Array(5));
    expect(razerAct().decode(razerAct().encode(zeros))).toEqual(zeros);
    expect(razerAct({magnitude: 4.5, blockSize: 32}).id).toBe("razer_act_m4.5_b32");
    expect(() => razerAct({magnitude: 0})).toThrow("razerAct: magnitude must be positive and finite, got 0");
    expect(() => razerAct().encode(tensor([Number.NaN]))).toThrow(/razerAct: .* got NaN at index 0/);
  });
});

describe("razer properties", () => {
  const formats = [razer(), razer({specials: [5, -5, 7, -7]}), razerAct()];
  const values = fc.array(fc.float({min: -100, max: 100, noNaN: true}), {minLength: 1, maxLength: 70});

  test("packing is lossless: decode gives what the search chose", () => {
    fc.assert(
      fc.property(values, (x) => {
        const back = (format: Format) => [...format.decode(format.encode(tensor(x))).data];
        expect(back(razer())).toEqual([...dequantizeSpecials(razerQuantize(tensor(x))).data]);
        expect(back(razerAct())).toEqual([...dequantizeSpecials(razerActQuantize(tensor(x))).data]);
      }),
      {seed: 1},
    );
  });

  test.each(formats)("$id: scaling by a power of two scales what comes back", (format) => {
    const integers = fc.array(fc.integer({min: -4096, max: 4096}), {minLength: 1, maxLength: 40});
    const back = (x: number[]) => [...format.decode(format.encode(tensor(x))).data];
    fc.assert(
      fc.property(integers, fc.integer({min: -8, max: 8}), (x, k) => {
        expect(back(x.map((v) => v * 2 ** k))).toEqual(back(x).map((v) => v * 2 ** k));
      }),
      {seed: 2},
    );
  });

  test("more special values never cost more, block by block", () => {
    fc.assert(
      fc.property(values, (x) => {
        const error = (specials: readonly number[]) => {
          const q = razerQuantize(tensor(x), {specials});
          return squaredError(dequantizeSpecials(q).data, x);
        };
        expect(error([5, -5, 8, -8])).toBeLessThanOrEqual(error([5, -5]) * (1 + 1e-5) + 1e-30);
      }),
      {seed: 3},
    );
  });
});
