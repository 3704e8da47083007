import {describe, expect, test} from "vitest";
import {expertNetwork as expertChannels, PLAIN_ROUTER} from "../../../src/lib/architectures/parts.js";
import type {ExpertChannels} from "../../../src/lib/architectures/record/channels.js";
import {referenceBackend} from "../../../src/lib/engine/backend.js";
import {
  chosenOfAll,
  type ExpertParts,
  expertNetwork,
} from "../../../src/lib/engine/decoder/expert-network.js";
import type {ChannelNetwork, Routing} from "../../../src/lib/engine/decoder/network.js";

const HIDDEN = 4;
const plain = {experts: 2, active: 2, width: 3};
const idle = {constant: 1, copy: 1, zero: 1, inputScale: 1};

/** An expert that multiplies by a number, and counts the rows it saw. */
function times(factor: number, seen: number[] = []): ChannelNetwork {
  return (x) => {
    seen.push(x.length / HIDDEN);
    return x.map((value) => factor * value);
  };
}

/** A router that gives every token the same scores. */
const scoring =
  (scores: readonly number[]): ExpertParts["router"] =>
  (x) =>
    Float32Array.from({length: (x.length / HIDDEN) * scores.length}, (_, i) => scores[i % scores.length]);

function parts(scores: readonly number[], own: Partial<ExpertParts> = {}): ExpertParts {
  const experts = [times(10), times(100)];
  const none = {residual: null, routerNorm: null, constant: null, shared: null, sharedGate: null};
  return {router: scoring(scores), experts, ...none, ...own};
}

const X = Float32Array.of(1, -2, 3, 0.5, 2, 2, -1, 4);
const see = (_: string, x: Float32Array) => x;
const start = (): Routing => ({entering: X, scores: null});

function run(channels: ExpertChannels, given: ExpertParts, routing = start()): Float32Array {
  return expertNetwork(channels, given, HIDDEN)(X, see, routing);
}

const close = (factor: number) => X.map((value) => factor * value);

describe("experts that multiply nothing (MoE++)", () => {
  const channels = expertChannels({...plain, idle});

  test("a token of the copy and of none passes as it is", () => {
    expect(run(channels, parts([-9, -9, -9, 5, 4]))).toEqual(X);
  });

  test("with the published factor it is doubled", () => {
    const doubled = expertChannels({...plain, idle: {...idle, inputScale: 2}});
    expect(run(doubled, parts([-9, -9, -9, 5, 4]))).toEqual(close(2));
  });

  test("an expert beside none has all the weight", () => {
    expect(run(channels, parts([3, -9, -9, -9, 4]))).toEqual(close(10));
  });

  test("weights of two sum to one", () => {
    expect(run(channels, parts([2, 2, -9, -9, -9]))).toEqual(close(55));
  });

  test("a constant expert mixes its input with its vector", () => {
    const constant = {router: scoring([0, 0]), vectors: Float32Array.of(8, 8, 8, 8)};
    const y = run(channels, parts([-9, -9, 5, -9, 4], {constant}));
    expect(y).toEqual(X.map((value) => value / 2 + 4));
  });

  test("only experts of its tokens run", () => {
    const seen: number[] = [];
    run(channels, parts([-9, -9, -9, 5, 4], {experts: [times(10, seen), times(100, seen)]}));
    expect(seen).toEqual([]);
  });

  test("without them it is a mixture of two", () => {
    const y = run(expertChannels(plain), parts([1, 1]));
    expect(y).toEqual(close(55));
  });

  test("scores of the layer before come through a matrix", () => {
    const residual = expertChannels({...plain, active: 1, router: {...PLAIN_ROUTER, residual: true}});
    const swapped = referenceBackend.linear({shape: [2, 2], data: Float32Array.of(0, 9, 9, 0)}, null);
    const routing = {...start(), scores: Float32Array.of(1, 0, 1, 0)};
    expect(run(residual, parts([1, 0], {residual: swapped}), routing)).toEqual(close(100));
    expect(routing.scores).toEqual(Float32Array.of(1, 9, 1, 9));
  });
});

describe("experts above zero (BlockFFN)", () => {
  const router = {...PLAIN_ROUTER, score: "relu", normalized: false} as const;
  const channels = expertChannels({...plain, router});

  test("all that score above zero count by their score", () => {
    expect(run(channels, parts([0.5, -1]))).toEqual(close(5));
    expect(run(channels, parts([0.5, 0.25]))).toEqual(close(30));
  });

  test("a token of no expert gets nothing", () => {
    expect(run(channels, parts([-0.5, 0]))).toEqual(new Float32Array(X.length));
  });

  test("the norm keeps zeros", () => {
    const routerNorm = (x: Float32Array) => x.map((value) => 2 * value);
    const [chosen] = chosenOfAll(channels, Float32Array.of(1, -1), 1, routerNorm);
    expect([...chosen]).toEqual([[0, 2]]);
  });
});

test("an early router reads the stream that enters the layer (SmallThinker)", () => {
  const channels = expertChannels({...plain, active: 1, router: {...PLAIN_ROUTER, early: true}});
  const bySign: ExpertParts["router"] = (x) =>
    Float32Array.from(
      {length: (2 * x.length) / HIDDEN},
      (_, i) => (i % 2 === 0 ? 1 : -1) * x[HIDDEN * (i >> 1)],
    );
  const entering = Float32Array.of(1, 0, 0, 0, -1, 0, 0, 0);
  const y = run(channels, parts([], {router: bySign}), {entering, scores: null});
  expect(y).toEqual(X.map((value, i) => value * (i < HIDDEN ? 10 : 100)));
});

describe("scores that no choice follows from", () => {
  const rows = (...last: readonly number[]) => Float32Array.of(1, 2, ...last);
  const relu = {...PLAIN_ROUTER, score: "relu", normalized: false} as const;

  test.each(["softmax", "sigmoid", "relu"] as const)("are refused by token and expert under %s", (score) => {
    const channels = expertChannels({...plain, router: {...relu, score}});
    expect(() => chosenOfAll(channels, rows(3, Number.NaN), 2)).toThrow(
      "chosenOfAll: scores must be below Infinity, got NaN for expert 1 of token 1",
    );
    expect(() => chosenOfAll(channels, rows(Number.POSITIVE_INFINITY, 0), 2)).toThrow(
      "got Infinity for expert 0 of token 1",
    );
  });

  test("stop a network of experts", () => {
    expect(() => run(expertChannels(plain), parts([Number.NaN, 1]))).toThrow(RangeError);
  });

  test("-Infinity keeps a token from an expert", () => {
    const [, second] = chosenOfAll(expertChannels(plain), rows(Number.NEGATIVE_INFINITY, 0), 2);
    expect([...second]).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });

  test("weights that all vanish stay zeros", () => {
    const router = {...PLAIN_ROUTER, score: "sigmoid", normalized: true} as const;
    const [first] = chosenOfAll(expertChannels({...plain, router}), Float32Array.of(-1e4, -1e4), 1);
    expect([...first.values()]).toEqual([0, 0]);
  });
});
