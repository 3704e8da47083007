import {describe, expect, test} from "vitest";
import {type GlaInput, gla} from "../../../src/lib/ssm/scan/gla.js";
import {glaChunked} from "../../../src/lib/ssm/scan/gla-chunked.js";
import {glaChunkedNaive} from "../../../src/lib/ssm/scan/gla-chunked-naive.js";
import {chunkSizes, cut, DECAY_NAMES, expectSame, glaInput, LENGTHS} from "../inputs.js";

const PER_TOKEN = ["q", "k", "v", "logDecay"] as (keyof GlaInput)[];
const CASES = DECAY_NAMES.flatMap((decay) => LENGTHS.map((tokens) => [decay, tokens] as const));

describe("gated linear attention", () => {
  test.each(CASES)("with %s decay and %i tokens chunks of any size equal the recurrence", (decay, tokens) => {
    const input = glaInput(tokens, decay);
    const expected = gla(input);
    for (const chunkSize of chunkSizes(tokens)) {
      for (const subChunkSize of [1, 5, 16, chunkSize]) {
        expectSame(glaChunked(input, {chunkSize, subChunkSize}), expected);
      }
    }
  });

  test.each(DECAY_NAMES)("with %s decay a sequence cut anywhere and carried on is the whole one", (decay) => {
    const tokens = 9;
    const input = glaInput(tokens, decay);
    const whole = gla(input);
    for (const form of [gla, (part: GlaInput) => glaChunked(part, {chunkSize: 4, subChunkSize: 3})]) {
      for (let at = 0; at <= tokens; at++) {
        const first = form(cut(input, tokens, 0, at, PER_TOKEN));
        const second = form({...cut(input, tokens, at, tokens, PER_TOKEN), state: first.state});
        expectSame({y: Float64Array.of(...first.y, ...second.y), state: second.state}, whole);
      }
    }
  });

  test("a gate that is shut forgets everything and makes no NaN", () => {
    const input = glaInput(20, "mixed");
    const logDecay = input.logDecay.map((g, i) => (i % 3 === 0 ? Number.NEGATIVE_INFINITY : g));
    const shut = {...input, logDecay};
    expectSame(glaChunked(shut, {chunkSize: 8, subChunkSize: 3}), gla(shut));
  });

  test("chunks hold where the usual factor e^-b overflows", () => {
    const input = glaInput(64, "strong");
    const b = input.logDecay.filter((_, i) => i % 8 === 0).reduce((sum, g) => sum + g, 0);
    expect(Math.exp(-b)).toBe(Number.POSITIVE_INFINITY);
    expectSame(glaChunked(input, {chunkSize: 64}), gla(input));
  });

  test("the naive chunks agree where nothing overflows, a chunk of one token always", () => {
    for (const decay of ["mixed", "weak"] as const) {
      const input = glaInput(65, decay);
      for (const chunkSize of [1, 16, 65]) expectSame(glaChunkedNaive(input, {chunkSize}), gla(input));
    }
    expectSame(glaChunkedNaive(glaInput(65, "strong"), {chunkSize: 1}), gla(glaInput(65, "strong")));
  });

  test("the naive chunks divide by what has vanished, and glaChunked does not", () => {
    const input = {...glaInput(64, "strong"), logDecay: new Float64Array(64 * 8).fill(-10)};
    const broken = (precision: "float64" | "float32", chunkSize: number) =>
      glaChunkedNaive(input, {chunkSize, precision}).y.some((value) => !Number.isFinite(value));
    // e^(10 Q) leaves float32 at Q = 9 and float64 at Q = 71.
    expect([broken("float32", 8), broken("float32", 9), broken("float64", 64)]).toEqual([false, true, false]);
    const stronger = {...input, logDecay: new Float64Array(64 * 8).fill(-12)};
    expect(glaChunkedNaive(stronger, {chunkSize: 64}).y.some(Number.isNaN)).toBe(true);
    for (const precision of ["float64", "float32"] as const) {
      expectSame(glaChunked(stronger, {chunkSize: 64, precision}), gla(stronger), 1e-6);
    }
  });

  test("open gates are plain linear attention: a sum over all earlier pairs", () => {
    const tokens = 7;
    const {state: _, ...input} = glaInput(tokens, "mixed");
    const open = {...input, logDecay: new Float64Array(input.logDecay.length), scale: 1};
    const {heads, keyDim, valueDim, q, k, v} = open;
    const {y} = gla(open);
    for (let i = 0; i < tokens * heads * valueDim; i++) {
      const [t, head, e] = [
        Math.floor(i / (heads * valueDim)),
        Math.floor(i / valueDim) % heads,
        i % valueDim,
      ];
      let sum = 0;
      for (let j = 0; j <= t; j++) {
        for (let c = 0; c < keyDim; c++) {
          const [row, column] = [(t * heads + head) * keyDim + c, (j * heads + head) * keyDim + c];
          sum += q[row] * k[column] * v[(j * heads + head) * valueDim + e];
        }
      }
      expect(y[i]).toBeCloseTo(sum, 11);
    }
  });

  test("a constant gate weighs a pair by its distance, as in RetNet", () => {
    const {state: _, ...input} = glaInput(6, "mixed");
    const gamma = 0.8;
    const constant = {...input, logDecay: new Float64Array(input.logDecay.length).fill(Math.log(gamma))};
    const first = (tokens: number) => {
      const {q, k, v, keyDim, heads} = constant;
      let dot = 0;
      for (let c = 0; c < keyDim; c++) dot += q[tokens * heads * keyDim + c] * k[c];
      return gamma ** tokens * dot * v[0] * keyDim ** -0.5;
    };
    const onlyFirst = {
      ...constant,
      v: constant.v.map((value, i) => (i < constant.heads * constant.valueDim ? value : 0)),
    };
    const {y} = glaChunked(onlyFirst, {chunkSize: 4, subChunkSize: 2});
    for (let t = 0; t < 6; t++) expect(y[t * constant.heads * constant.valueDim]).toBeCloseTo(first(t), 12);
  });

  test("q is scaled by 1 / sqrt(K) unless told otherwise", () => {
    const input = glaInput(5, "mixed");
    expect(gla(input)).toEqual(gla({...input, scale: 0.5}));
    const twice = gla({...input, scale: 1}).y;
    expect([...twice]).toEqual([...gla(input).y].map((value) => 2 * value));
  });

  test("changes neither its input nor its state", () => {
    const input = glaInput(5, "mixed");
    const before = structuredClone(input);
    for (const form of [gla, glaChunked, glaChunkedNaive]) {
      form(input);
      form(input, {precision: "float32"});
    }
    expect(input).toEqual(before);
  });

  test.each([
    [{k: new Float64Array(7)}, "k must hold [2, 2, 4] = 16 numbers, got 7"],
    [{v: new Float64Array(1)}, "v must hold [2, 2, 3] = 12 numbers, got 1"],
    [{heads: -1}, "heads must be an integer of at least 1, got -1"],
  ])("refuses %j", (wrong, message) => {
    const input = {...glaInput(2, "mixed"), ...wrong};
    expect(() => gla(input)).toThrow(new RangeError(`gla: ${message}`));
    expect(() => glaChunked(input)).toThrow(new RangeError(`glaChunked: ${message}`));
    expect(() => glaChunkedNaive(input)).toThrow(new RangeError(`glaChunkedNaive: ${message}`));
  });

  test("refuses chunks that are no number of tokens", () => {
    expect(() => glaChunked(glaInput(2, "mixed"), {chunkSize: 0})).toThrow("chunkSize must be");
    expect(() => glaChunkedNaive(glaInput(2, "mixed"), {chunkSize: 1.5})).toThrow(
      "glaChunkedNaive: chunkSize must be an integer of at least 1, got 1.5",
    );
    expect(() => glaChunked(glaInput(2, "mixed"), {subChunkSize: 0.5})).toThrow(
      "glaChunked: subChunkSize must be an integer of at least 1, got 0.5",
    );
  });
});
