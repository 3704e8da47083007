import {describe, expect, test} from "vitest";
import {POLICY_CACHES} from "../../src/lib/attention/policy-caches.js";
import {bitsSize, wholeTokenBytes} from "../../src/lib/engine/cache/packed-size.js";
import type {CacheSizes} from "../../src/lib/engine/cache/sizes.js";
import {budgetOf} from "../../src/lib/engine/key-budget.js";
import {kvBytesPerToken, kvCacheBytes, largestContext} from "../../src/lib/kv/calculator.js";
import {cskvBytes} from "../../src/lib/kv/cskv/cskv-technique.js";
import {inFormat} from "../../src/lib/kv/in-format.js";
import {kiviBitsPerValue, kiviTokenBytes} from "../../src/lib/kv/kivi/kivi.js";
import {kiviCacheBytes} from "../../src/lib/kv/kivi/kivi-technique.js";
import {miniCacheBytes} from "../../src/lib/kv/minicache/minicache-technique.js";
import {KV_CACHES} from "../../src/lib/kv/registry.js";
import {turboQuantBytes} from "../../src/lib/kv/turboquant/turboquant.js";
import {xkvBytes, xkvRanks, xkvRatio} from "../../src/lib/kv/xkv/xkv-bytes.js";

const SIZES: CacheSizes = {widths: [64, 64], windows: [null, null], headDim: 32, heads: 4};
const LATENT: CacheSizes = {...SIZES, latent: {latentDim: 64, ropeDim: 16, explicitWidth: 256}};

/** Values that no width, count, share or number of bits may be. */
const WRONG = [Number.NaN, Number.POSITIVE_INFINITY, -1, -0.5];

/** A call with one number in it, which is right as it stands in `right`. */
type Call = readonly [name: string, right: number, call: (value: number) => number];

const rank = (value: number) => ({rankOf: () => value, window: 8, residual: 0});
const CALLS: readonly Call[] = [
  ["tokens of kvCacheBytes", 100, (n) => kvCacheBytes(SIZES, n)],
  ["tokens of kvBytesPerToken", 100, (n) => kvBytesPerToken(SIZES, n)],
  ["widths", 64, (n) => kvCacheBytes({...SIZES, widths: [64, n]}, 100)],
  ["windows", 64, (n) => kvCacheBytes({...SIZES, windows: [null, n]}, 100)],
  ["headDim", 32, (n) => kvCacheBytes({...SIZES, headDim: n}, 100)],
  ["heads", 4, (n) => kvCacheBytes({...SIZES, heads: n}, 100)],
  ["latentDim", 64, (n) => kvCacheBytes({...LATENT, latent: {latentDim: n, ropeDim: 16}}, 100)],
  ["ropeDim", 16, (n) => kvCacheBytes({...LATENT, latent: {latentDim: 64, ropeDim: n}}, 100)],
  ["keepFraction", 0.5, (n) => kvCacheBytes(SIZES, 100, {...METHOD, evicted: {keepFraction: n, sinks: 4}})],
  ["sinks", 4, (n) => kvCacheBytes(SIZES, 100, {...METHOD, evicted: {keepFraction: 0.5, sinks: n}})],
  ["bits of bitsSize", 4, (n) => bitsSize(n)(2, 8)],
  ["tokens of wholeTokenBytes", 9, (n) => wholeTokenBytes(SIZES, n, bitsSize(16))],
  ["bits of KIVI", 2, (n) => kiviCacheBytes(SIZES, 100, {bits: n})],
  ["groupSize of KIVI", 32, (n) => kiviCacheBytes(SIZES, 100, {groupSize: n})],
  ["residual of KIVI", 32, (n) => kiviCacheBytes(SIZES, 100, {residual: n})],
  ["tokens of KIVI", 100, (n) => kiviCacheBytes(SIZES, n)],
  ["widths of KIVI", 64, (n) => kiviCacheBytes({widths: [n]}, 100)],
  ["width of a token of KIVI", 64, (n) => kiviTokenBytes(n, "tokens")],
  ["bits of a value of KIVI", 2, (n) => kiviBitsPerValue({bits: n})],
  ["window of CSKV", 8, (n) => cskvBytes(SIZES, 100, {rankOf: () => 4, window: n, residual: 0})],
  ["residual of CSKV", 8, (n) => cskvBytes(SIZES, 100, {rankOf: () => 4, window: 8, residual: n})],
  ["rank of CSKV", 4, (n) => cskvBytes(SIZES, 100, rank(n))],
  ["tokens of CSKV", 4, (n) => cskvBytes(SIZES, n, rank(4))],
  ["widths of CSKV", 64, (n) => cskvBytes({widths: [n]}, 100, rank(4))],
  ["first of MiniCache", 0, (n) => miniCacheBytes(SIZES, 100, {first: n, keptRows: 0.1})],
  ["keptRows of MiniCache", 0.1, (n) => miniCacheBytes(SIZES, 100, {keptRows: n})],
  ["tokens of MiniCache", 100, (n) => miniCacheBytes(SIZES, n, {keptRows: 0.1})],
  ["widths of MiniCache", 64, (n) => miniCacheBytes({widths: [n]}, 100, {keptRows: 0.1})],
  ["groupSize of xKV", 2, (n) => xkvBytes(SIZES, 100, {groupSize: n, rankK: 4, rankV: 4})],
  ["rank of xKV", 4, (n) => xkvBytes(SIZES, 100, {groupSize: 2, rankK: n, rankV: 4})],
  ["tokens of xKV", 100, (n) => xkvRatio(SIZES, n, {groupSize: 2, rankK: 4, rankV: 4})],
  ["widths of xKV", 64, (n) => xkvBytes({widths: [n]}, 100, {groupSize: 2, rankK: 4, rankV: 4})],
  ["keptKeys of xKV", 0.5, (n) => xkvRanks(SIZES, 2, n).rankK],
  ["groupSize of xKV's ranks", 2, (n) => xkvRanks(SIZES, n, 0.5).rankK],
  [
    "vectors of TurboQuant",
    4,
    (n) => turboQuantBytes(n, 32, {bits: 4, objective: "mse", rotation: "hadamard"}),
  ],
  [
    "dimension of TurboQuant",
    32,
    (n) => turboQuantBytes(4, n, {bits: 4, objective: "mse", rotation: "hadamard"}),
  ],
  [
    "bits of TurboQuant",
    4,
    (n) => turboQuantBytes(4, 32, {bits: n, objective: "prod", rotation: "hadamard"}),
  ],
  ["share of a budget", 0.5, (n) => budgetOf(n, 10)],
];
const METHOD = {technique: inFormat};

describe.each(CALLS)("the %s", (_, right, call) => {
  test("gives a finite number where it is right", () => {
    expect(Number.isFinite(call(right)) && call(right) >= 0).toBe(true);
  });

  test.each(WRONG)("is refused where it is %d", (wrong) => {
    expect(() => call(wrong)).toThrow(RangeError);
    expect(() => call(wrong)).toThrow(/^\w+: [\w-]+ must (be|have|hold) /);
  });
});

test.each([Number.NaN, -1])("memory of %d is refused", (bytes) => {
  expect(() => largestContext(SIZES, bytes)).toThrow(/^largestContext: bytes must be at least 0, got/);
});

describe.each(
  [...KV_CACHES.all, ...POLICY_CACHES.all].map((technique) => [technique.id, technique] as const),
)("%s", (_, technique) => {
  const params = Object.entries(technique.params).filter(
    ([, {kind}]) => kind === "number" || kind === "integer",
  );

  test.each(WRONG)("refuses sizes, tokens and parameters of %d by name", (wrong) => {
    const sizes = technique.appliesTo(SIZES) ? SIZES : LATENT;
    if (!technique.needs.includes("predictor"))
      expect(technique.bytes(sizes, 64, {}).kept).toBeGreaterThan(0);
    expect(() => technique.bytes(sizes, wrong, {})).toThrow(/tokens must be/);
    expect(() => technique.bytes({...sizes, widths: [wrong, 64]}, 64, {})).toThrow(/widths must be/);
    for (const [name] of params) {
      expect(() => technique.bytes(sizes, 64, {[name]: wrong}), name).toThrow(RangeError);
      expect(() => technique.bytes(sizes, 64, {[name]: wrong}), name).toThrow(`${name} must be`);
    }
  });
});
