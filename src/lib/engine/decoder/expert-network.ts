/** The network over the channels of a layer of experts: each token passes some of many. */

import type {ExpertChannels, IdleExperts, Router} from "../../architectures/record/channels.js";
import {sigmoid} from "../../tensor/activation.js";
import {softmaxInPlace} from "../../tensor/softmax.js";
import type {Linear} from "../backend.js";
import type {RowFunction} from "../norm.js";
import {add} from "../residual-stream.js";
import type {ChannelNetwork, Routing} from "./network.js";

/** Parts of a network of experts; null: the layer has no such part. */
export interface ExpertParts {
  readonly router: Linear;
  /** Leads the scores of the layer before to this one's. */
  readonly residual: Linear | null;
  /** Norm of the scores of a token. */
  readonly routerNorm: RowFunction | null;
  readonly experts: readonly ChannelNetwork[];
  readonly constant: ConstantExperts | null;
  /** A network that every token passes, and the row that weighs it. */
  readonly shared: ChannelNetwork | null;
  readonly sharedGate: Linear | null;
}

/** Experts that mix their input with a learned vector. */
export interface ConstantExperts {
  /** To two numbers for each, whose softmax is the mix. */
  readonly router: Linear;
  /** [constant experts, hidden] */
  readonly vectors: Float32Array;
}

/** Weights of the experts that a token passes, by their numbers. */
export type ChosenExperts = ReadonlyMap<number, number>;

/**
 * The sum of the chosen experts of each token, each times its weight, and of the shared network. (arXiv:2401.04088, section
 * 2.1; arXiv:2410.07348, section 3; arXiv:2507.08771, section 3.1) What it gives throws as {@link chosenOfAll}.
 */
export function expertNetwork(
  channels: ExpertChannels,
  parts: ExpertParts,
  hiddenSize: number,
): ChannelNetwork {
  const {idle} = channels;
  return (x, see, routing) => {
    const tokens = x.length / hiddenSize;
    const scores = see("mlp.scores", scoresOf(channels.router, parts, x, routing), tokens);
    routing.scores = scores;
    const chosen = chosenOfAll(channels, scores, tokens, parts.routerNorm);
    const read = idle === null || idle.inputScale === 1 ? x : x.map((value) => value * idle.inputScale);
    const y = new Float32Array(x.length);
    parts.experts.forEach((expert, e) => {
      const own = chosen.flatMap((weights, t) => (weights.has(e) ? [t] : []));
      if (own.length === 0) return;
      const update = expert(rowsOf(read, own, hiddenSize), see, routing);
      own.forEach((t, i) => {
        addScaled(y, t, chosen[t].get(e)!, update.subarray(i * hiddenSize, (i + 1) * hiddenSize));
      });
    });
    if (idle !== null) addIdle(y, read, chosen, {idle, first: parts.experts.length, parts, hiddenSize});
    return parts.shared === null ? y : add(y, sharedUpdate(parts.shared, parts.sharedGate, x, see, routing));
  };
}

function scoresOf(
  {early, residual}: Router,
  parts: ExpertParts,
  x: Float32Array,
  {entering, scores: before}: Routing,
): Float32Array {
  const scores = parts.router(early ? entering : x);
  return residual && before !== null && parts.residual !== null
    ? add(scores, parts.residual(before))
    : scores;
}

/**
 * The experts of every token with their weights.
 * @param scores of the router, [tokens, routed experts]; -Infinity keeps a token from an expert
 * @throws RangeError for a score that is NaN or +Infinity: no choice follows from it.
 */
export function chosenOfAll(
  channels: Pick<ExpertChannels, "active" | "router" | "experts" | "idle">,
  scores: Float32Array,
  tokens: number,
  norm: RowFunction | null = null,
): ChosenExperts[] {
  const routed = scores.length / tokens;
  requireScores(scores, routed);
  if (channels.router.score === "relu") {
    const bent = scores.map((score) => Math.max(0, score));
    const weights = norm?.(bent) ?? bent;
    return Array.from({length: tokens}, (_, t) => positive(weights.subarray(t * routed, (t + 1) * routed)));
  }
  const isZero = zeroExperts(channels);
  return Array.from({length: tokens}, (_, t) =>
    likeliest(scores.subarray(t * routed, (t + 1) * routed), channels, isZero),
  );
}

function requireScores(scores: Float32Array, routed: number): void {
  const at = scores.findIndex((score) => !(score < Number.POSITIVE_INFINITY));
  if (at < 0) return;
  const place = `expert ${at % routed} of token ${Math.floor(at / routed)}`;
  throw new RangeError(`chosenOfAll: scores must be below Infinity, got ${scores[at]} for ${place}`);
}

/** Every expert whose weight is not zero. */
function positive(weights: Float32Array): ChosenExperts {
  return new Map(Array.from(weights.entries()).filter(([, weight]) => weight !== 0));
}

/** Tells whether an expert gives nothing, by its number. */
function zeroExperts({experts, idle}: Pick<ExpertChannels, "experts" | "idle">): (e: number) => boolean {
  if (idle === null) return () => false;
  const first = experts + idle.constant + idle.copy;
  return (e) => e >= first;
}

/**
 * The `active` best experts of a token, of equal ones the first; one that gives nothing leaves its weight to the others.
 * Where all weigh nothing, none has a share.
 */
function likeliest(
  scores: Float32Array,
  {active, router: {score, normalized, scale}, idle}: Pick<ExpertChannels, "active" | "router" | "idle">,
  isZero: (e: number) => boolean,
): ChosenExperts {
  const p = Float64Array.from(scores, (value) => (score === "sigmoid" ? sigmoid(value) : value));
  if (score === "softmax") softmaxInPlace(p, 0, p.length);
  const best = Array.from(p.keys())
    .sort((a, b) => p[b] - p[a] || a - b)
    .slice(0, active)
    .filter((e) => !isZero(e));
  const sum = normalized || idle !== null ? best.reduce((all, e) => all + p[e], 0) : 1;
  return new Map(best.map((e) => [e, sum === 0 ? 0 : (scale * p[e]) / sum]));
}

/** What adding the experts without matrices takes. */
interface IdleParts {
  readonly idle: IdleExperts;
  /** Number of the first of them. */
  readonly first: number;
  readonly parts: ExpertParts;
  readonly hiddenSize: number;
}

/** Adds the constant experts and those that copy. */
function addIdle(
  y: Float32Array,
  x: Float32Array,
  chosen: readonly ChosenExperts[],
  {idle, first, parts: {constant}, hiddenSize}: IdleParts,
): void {
  const mixes = constant?.router(x);
  chosen.forEach((weights, t) => {
    const row = x.subarray(t * hiddenSize, (t + 1) * hiddenSize);
    for (const [e, weight] of weights) {
      if (e < first) continue;
      const i = e - first;
      if (i >= idle.constant) addScaled(y, t, weight, row);
      else if (constant && mixes) {
        const [own, vector] = softmaxOfTwo(mixes, 2 * (t * idle.constant + i));
        addScaled(y, t, weight * own, row);
        addScaled(y, t, weight * vector, constant.vectors.subarray(i * hiddenSize, (i + 1) * hiddenSize));
      }
    }
  });
}

function softmaxOfTwo(x: Float32Array, at: number): readonly [number, number] {
  const first = sigmoid(x[at] - x[at + 1]);
  return [first, 1 - first];
}

function sharedUpdate(
  shared: ChannelNetwork,
  gate: Linear | null,
  x: Float32Array,
  see: Parameters<ChannelNetwork>[1],
  routing: Routing,
): Float32Array {
  const common = shared(x, see, routing);
  const weights = gate?.(x);
  if (weights === undefined) return common;
  const width = x.length / weights.length;
  return common.map((value, i) => value * sigmoid(weights[Math.floor(i / width)]));
}

/** y's row t += weight · row */
function addScaled(y: Float32Array, t: number, weight: number, row: Float32Array): void {
  const at = t * row.length;
  for (let c = 0; c < row.length; c++) y[at + c] = y[at + c] + weight * row[c];
}

/** Some rows of x, one after another. */
function rowsOf(x: Float32Array, rows: readonly number[], width: number): Float32Array {
  const part = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    part.set(x.subarray(row * width, (row + 1) * width), i * width);
  });
  return part;
}
