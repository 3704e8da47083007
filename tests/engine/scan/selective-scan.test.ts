import {describe, expect, test} from "vitest";
import {associativeScan} from "../../../src/lib/engine/scan/associative-scan.js";
import {type SelectiveScanInput, timeSteps} from "../../../src/lib/engine/scan/scan-input.js";
import {selectiveScan} from "../../../src/lib/engine/scan/selective-scan.js";
import {selectiveScanAssociative} from "../../../src/lib/ssm/scan/selective-scan-associative.js";
import {selectiveScanChunked} from "../../../src/lib/ssm/scan/selective-scan-chunked.js";
import {silu, softplus} from "../../../src/lib/tensor/activation.js";
import {chunkSizes, cut, DECAY_NAMES, expectSame, LENGTHS, scanInput} from "../../ssm/inputs.js";

const PER_TOKEN = ["u", "delta", "B", "C", "z"] as (keyof SelectiveScanInput)[];
const CASES = DECAY_NAMES.flatMap((decay) => LENGTHS.map((tokens) => [decay, tokens] as const));

/** One channel, one number of state, no time-step rule: a scan that can be done by hand. */
const byHand: SelectiveScanInput = {
  channels: 1,
  stateSize: 1,
  u: Float64Array.of(1, 2, 3),
  delta: Float64Array.of(Math.LN2, 2 * Math.LN2, Math.LN2),
  A: Float64Array.of(-1),
  B: Float64Array.of(1, 0.5, 2),
  C: Float64Array.of(1, 1, 0.5),
  deltaSoftplus: false,
};

describe("selective scan", () => {
  test("gives the numbers of a calculation by hand", () => {
    const {y, state} = selectiveScan(byHand);
    const h0 = Math.LN2;
    const h1 = 0.25 * h0 + 2 * Math.LN2 * 0.5 * 2;
    const h2 = 0.5 * h1 + Math.LN2 * 2 * 3;
    [h0, h1, 0.5 * h2].forEach((value, t) => {
      expect(y[t]).toBeCloseTo(value, 14);
    });
    expect(state[0]).toBeCloseTo(h2, 14);
  });

  test("adds the skip before the gate, so that the gate multiplies it too", () => {
    const plain = selectiveScan(byHand).y;
    const D = Float64Array.of(3);
    const z = Float64Array.of(0, 1, -2);
    const {y} = selectiveScan({...byHand, D, z});
    y.forEach((value, t) => {
      expect(value).toBeCloseTo((plain[t] + 3 * byHand.u[t]) * silu(z[t]), 13);
    });
  });

  test.each(CASES)("with %s decay and %i tokens every form equals the recurrence", (decay, tokens) => {
    const input = scanInput(tokens, decay);
    const expected = selectiveScan(input);
    expectSame(selectiveScanAssociative(input), expected);
    for (const chunkSize of chunkSizes(tokens))
      expectSame(selectiveScanChunked(input, {chunkSize}), expected);
  });

  test.each(DECAY_NAMES)("with %s decay a sequence cut anywhere and carried on is the whole one", (decay) => {
    const tokens = 9;
    const input = scanInput(tokens, decay);
    const whole = selectiveScan(input);
    const forms = [
      selectiveScan,
      selectiveScanAssociative,
      (part: SelectiveScanInput) => selectiveScanChunked(part, {chunkSize: 4}),
    ];
    for (const scan of forms) {
      for (let at = 0; at <= tokens; at++) {
        const first = scan(cut(input, tokens, 0, at, PER_TOKEN));
        const second = scan({...cut(input, tokens, at, tokens, PER_TOKEN), state: first.state});
        expectSame({y: Float64Array.of(...first.y, ...second.y), state: second.state}, whole);
      }
    }
  });

  test("the recurrence cut anywhere is the whole one bit for bit", () => {
    const input = scanInput(7, "mixed");
    const whole = selectiveScan(input);
    for (let at = 0; at <= 7; at++) {
      const first = selectiveScan(cut(input, 7, 0, at, PER_TOKEN));
      const second = selectiveScan({...cut(input, 7, at, 7, PER_TOKEN), state: first.state});
      expect([...first.y, ...second.y]).toEqual([...whole.y]);
      expect(second.state).toEqual(whole.state);
    }
  });

  test("changes neither its input nor its state", () => {
    const input = scanInput(5, "mixed");
    const before = structuredClone(input);
    for (const scan of [selectiveScan, selectiveScanAssociative, selectiveScanChunked]) scan(input);
    expect(input).toEqual(before);
  });

  test("no tokens give no output and the state as it was", () => {
    const input = scanInput(0, "mixed");
    for (const scan of [selectiveScan, selectiveScanAssociative, selectiveScanChunked]) {
      const {y, state} = scan(input);
      expect(y.length).toBe(0);
      expect(state).toEqual(input.state);
    }
  });

  test("groups share B and C between neighbouring channels", () => {
    const input = scanInput(5, "mixed");
    const perChannel = (shared: Float64Array) =>
      Float64Array.from({length: 5 * 6 * 4}, (_, i) => {
        const [t, d, n] = [Math.floor(i / 24), Math.floor(i / 4) % 6, i % 4];
        return shared[(t * 2 + Math.floor(d / 3)) * 4 + n];
      });
    const own = {...input, groups: 6, B: perChannel(input.B), C: perChannel(input.C)};
    expect(selectiveScan(own)).toEqual(selectiveScan(input));
  });

  test("Euler's rule and the exact one agree to first order in delta |A|", () => {
    const input = {...scanInput(20, "mixed"), deltaSoftplus: false};
    const difference = (scale: number) => {
      const small = {...input, delta: new Float64Array(input.delta.length).fill(scale)};
      delete (small as {deltaBias?: unknown}).deltaBias;
      delete (small as {state?: unknown}).state;
      delete (small as {D?: unknown}).D;
      const [euler, exact] = (["euler", "zoh"] as const).map(
        (discretization) => selectiveScan({...small, discretization}).y,
      );
      return Math.max(...euler.map((value, i) => Math.abs(value - exact[i]) / scale));
    };
    expect(difference(1e-4) / difference(1e-5)).toBeCloseTo(10, 1);
    const still = {...input, A: new Float64Array(24)};
    expect(selectiveScan({...still, discretization: "zoh"})).toEqual(selectiveScan(still));
  });

  test("softplus is the identity above its threshold, and stays above 0 far below", () => {
    expect(softplus(20.5)).toBe(20.5);
    expect(softplus(20)).toBeGreaterThan(20);
    expect(softplus(3, 2)).toBe(3);
    expect(softplus(0)).toBe(Math.LN2);
    expect(softplus(-100)).toBeCloseTo(3.7200759760208356e-44, 58);
    const steps = timeSteps({
      channels: 2,
      delta: Float64Array.of(1, 2, 3, 4),
      deltaBias: Float64Array.of(10, 20),
    });
    expect([...steps]).toEqual([11, 22, 13, 24].map((v) => softplus(v)));
  });

  test.each([
    [{u: new Float64Array(7)}, "u must hold [1, 6] = 6 numbers, got 7"],
    [{delta: new Float64Array(1)}, "delta must hold [2, 6] = 12 numbers, got 1"],
    [{B: new Float64Array(8)}, "B must hold [2, 2, 4] = 16 numbers, got 8"],
    [{state: new Float64Array(23)}, "state must hold [6, 4] = 24 numbers, got 23"],
    [{groups: 4}, "groups must divide 6, got 4"],
    [{groups: 0}, "groups must be an integer of at least 1, got 0"],
    [{channels: 1.5}, "channels must be an integer of at least 1, got 1.5"],
    [{stateSize: Number.NaN}, "stateSize must be an integer of at least 1, got NaN"],
    [{discretization: "foh" as "zoh"}, "discretization must be euler or zoh, got foh"],
  ])("refuses %j", (wrong, message) => {
    const input = {...scanInput(2, "mixed"), ...wrong};
    expect(() => selectiveScan(input)).toThrow(new RangeError(`selectiveScan: ${message}`));
    expect(() => selectiveScanChunked(input)).toThrow(message);
    expect(() => selectiveScanAssociative(input)).toThrow(message);
  });

  test("refuses a chunk that is no number of tokens", () => {
    expect(() => selectiveScanChunked(scanInput(2, "mixed"), {chunkSize: 0})).toThrow(
      "selectiveScanChunked: chunkSize must be an integer of at least 1, got 0",
    );
  });
});

describe("associative scan", () => {
  test.each([0, 1, 2, 3, 7, 8, 13, 64, 100])("solves the recurrence over %i steps", (length) => {
    const a = Float64Array.from({length}, (_, i) => Math.sin(i + 1));
    const b = Float64Array.from({length}, (_, i) => Math.cos(3 * i));
    const [decays, h] = [a.slice(), b.slice()];
    associativeScan(decays, h);
    let [product, sum] = [1, 0];
    for (let t = 0; t < length; t++) {
      product *= a[t];
      sum = a[t] * sum + b[t];
      expect(h[t]).toBeCloseTo(sum, 12);
      expect(decays[t]).toBeCloseTo(product, 12);
    }
  });

  test("refuses arrays of two lengths", () => {
    expect(() => associativeScan(new Float64Array(2), new Float64Array(3))).toThrow(
      "associativeScan: b must have the 2 numbers of a, got 3",
    );
  });
});
