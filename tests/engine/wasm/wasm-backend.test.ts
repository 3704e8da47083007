import fc from "fast-check";
import {describe, expect, test} from "vitest";
import type {AttentionCall} from "../../../src/lib/engine/attention.js";
import {referenceBackend} from "../../../src/lib/engine/backend.js";
import {plainKvCache} from "../../../src/lib/engine/cache/kv-cache.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {greedy} from "../../../src/lib/engine/generate.js";
import {wasmBackend} from "../../../src/lib/engine/wasm/wasm-backend.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {DECODERS, loadGolden, maxDifference, readExpected} from "../golden.js";

const wasm = await wasmBackend();
const normals = (count: number, seed: number) => draws(count, randomStream(seed, "wasm").normal);
const size = (max: number) => fc.integer({min: 1, max});

describe("the wasm kernels against the reference", () => {
  test("a product is within n · 2^-24 · Σ|x·w| for every shape, with and without bias", () => {
    fc.assert(
      fc.property(
        size(11),
        size(70),
        size(40),
        fc.boolean(),
        fc.nat(999),
        (rows, inputs, out, hasBias, seed) => {
          const weight = {shape: [out, inputs], data: normals(out * inputs, seed)};
          const bias = hasBias ? normals(out, seed + 1000) : null;
          const x = normals(rows * inputs, seed + 2000);
          const [y, reference] = [wasm, referenceBackend].map((backend) => backend.linear(weight, bias)(x));
          expect(y.length).toBe(rows * out);
          for (let t = 0; t < rows; t++) {
            for (let o = 0; o < out; o++) {
              let magnitude = bias === null ? 0 : Math.abs(bias[o]);
              for (let i = 0; i < inputs; i++)
                magnitude += Math.abs(x[t * inputs + i] * weight.data[o * inputs + i]);
              const difference = Math.abs(y[t * out + o] - reference[t * out + o]);
              // The reference rounds once; n products and n sums round in the kernel.
              expect(difference).toBeLessThanOrEqual((inputs + 2) * 2 ** -24 * magnitude);
            }
          }
        },
      ),
      {seed: 1, numRuns: 150},
    );
  });

  test("a product of whole numbers is exact", () => {
    const whole = (count: number, seed: number) => normals(count, seed).map((value) => Math.round(4 * value));
    const weight = {shape: [19, 33], data: whole(19 * 33, 1)};
    const x = whole(7 * 33, 2);
    expect(wasm.linear(weight, null)(x)).toEqual(referenceBackend.linear(weight, null)(x));
  });

  test("RMS norm of any width and eps", () => {
    fc.assert(
      fc.property(size(5), size(70), fc.constantFrom(1e-6, 1e-5, 0.1), fc.nat(999), (rows, n, eps, seed) => {
        const [x, weight] = [normals(rows * n, seed), normals(n, seed + 1)];
        const y = wasm.rmsNorm(x, weight, eps);
        referenceBackend.rmsNorm(x, weight, eps).forEach((value, i) => {
          // Half of the relative error of the sum of squares, and six roundings.
          expect(Math.abs(y[i] - value)).toBeLessThanOrEqual(
            Math.abs(value) * (n / 2 + 6) * 2 ** -24 + 2 ** -149,
          );
        });
      }),
      {seed: 2, numRuns: 150},
    );
  });

  test("the gate is within 4 units in the last place, from one saturated end to the other", () => {
    const gate = Float32Array.from({length: 4001}, (_, i) => (i - 2000) / 20);
    const up = normals(4001, 3);
    const y = wasm.siluGate(gate, up);
    referenceBackend.siluGate(gate, up).forEach((value, i) => {
      // Below -88 the kernel's exp saturates: the gate is then under 2^-120 either way.
      expect(Math.abs(y[i] - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -21 + 2 ** -118);
    });
    expect(wasm.siluGate(Float32Array.of(Number.NaN, 1), Float32Array.of(1, 1))[0]).toBeNaN();
  });

  const call = (seed: number, T: number, past: number, rest: Partial<AttentionCall> = {}): AttentionCall => {
    const {heads, kvHeads, headDim} = {heads: 6, kvHeads: 2, headDim: 20, ...rest};
    return {
      layer: 0,
      heads,
      kvHeads,
      headDim,
      q: normals(T * heads * headDim, seed),
      keys: normals((T + past) * kvHeads * headDim, seed + 1),
      values: normals((T + past) * kvHeads * headDim, seed + 2),
      queryPositions: Int32Array.from({length: T}, (_, i) => past + i),
      keyPositions: Int32Array.from({length: T + past}, (_, j) => j),
      window: null,
      ...rest,
    };
  };

  test("attention, for every number of queries and keys, window and head width", () => {
    const width = fc.constantFrom(2, 4, 8, 16, 20, 64, 68);
    fc.assert(
      fc.property(
        fc.nat(999),
        size(9),
        fc.nat(30),
        fc.option(size(12)),
        width,
        (seed, T, past, window, headDim) => {
          const made = call(seed, T, past, {window, headDim});
          const difference = maxDifference(wasm.attention(made), referenceBackend.attention(made));
          // Scores near sqrt(headDim) in sums of headDim terms move a weight, and so a value of at most 5, by this much.
          expect(difference).toBeLessThan((headDim + 40) * 2 ** -21);
        },
      ),
      {seed: 5, numRuns: 200},
    );
  });

  test("attention under a mask that all heads share, for every number of keys, window and head width", () => {
    const width = fc.constantFrom(4, 8, 16, 20, 64, 68);
    fc.assert(
      fc.property(
        fc.nat(999),
        size(9),
        fc.nat(30),
        fc.option(size(12)),
        width,
        (seed, T, past, window, headDim) => {
          const random = randomStream(seed, "mask");
          // Every token sees itself, and about two thirds of the others.
          const mask = Uint8Array.from({length: T * (T + past)}, (_, at) => {
            const [i, j] = [Math.floor(at / (T + past)), at % (T + past)];
            return j === past + i || random.integer(3) > 0 ? 1 : 0;
          });
          const plain = call(seed, T, past, {window, headDim});
          const made = {...plain, mask};
          const difference = maxDifference(wasm.attention(made), referenceBackend.attention(made));
          expect(difference).toBeLessThan((headDim + 40) * 2 ** -21);
          const all = {...plain, mask: mask.map(() => 1)};
          expect(wasm.attention(all)).toEqual(wasm.attention(plain));
        },
      ),
      {seed: 7, numRuns: 60},
    );
    const blind = call(1, 1, 3, {mask: new Uint8Array(4)});
    expect(() => wasm.attention(blind)).toThrow("attention: every query must see a key");
  });

  test("masks of each head, observers and shuffled caches take the reference's way and agree with it", () => {
    const mask = new Uint8Array(6 * 3 * 5).fill(1);
    mask[4] = 0;
    let observed = 0;
    const masked = call(1, 3, 2, {mask});
    const shuffled = call(2, 1, 4, {keyPositions: Int32Array.of(3, 0, 4, 1, 2)});
    expect(wasm.attention(masked)).toEqual(referenceBackend.attention(masked));
    expect(wasm.attention(shuffled)).toEqual(referenceBackend.attention(shuffled));
    wasm.attention(call(3, 2, 2, {observe: (p) => (observed = p.length)}));
    expect(observed).toBe(6 * 2 * 4);
    expect(() => wasm.attention(call(4, 1, 3, {queryPositions: Int32Array.of(90), window: 2}))).toThrow(
      "attention: every query must see a key",
    );
  });
});

describe.each(DECODERS)("golden model %s on wasm", (name) => {
  const expected = readExpected(name);

  test("logits and greedy tokens are within the stated tolerance, cached or not", async () => {
    const textTokens = expected.ids.length;
    const model = await loadGolden(name, {backend: await wasmBackend(), textTokens});
    const {tokens, logits, promptLogits} = greedy(model, expected.ids, expected.greedy.length);
    expect(maxDifference(promptLogits, expected.logits)).toBeLessThan(expected.tolerance);
    expect(tokens).toEqual(expected.greedy.map(({token}) => token));
    logits.forEach((row, i) => {
      expect(maxDifference(row, expected.greedy[i].logits)).toBeLessThan(expected.tolerance);
    });
    const cache = plainKvCache(model.config);
    const stepwise = expected.ids.flatMap((id) => Array.from(forward(model, [id], {cache}).data));
    expect(maxDifference(stepwise, expected.logits)).toBeLessThan(expected.tolerance);
  });
});
