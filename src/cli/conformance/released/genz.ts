import type {Model} from "../../../lib/accel/model.js";
import type {Operator} from "../../../lib/accel/operator.js";
import {buildOperators} from "../../../lib/accel/workload/build.js";
import {decode, prefill, type Step} from "../../../lib/accel/workload/step.js";

/** A row of GenZ's system table: tera-operations a second in bf16, and gigabytes a second of memory and links. */
export interface GenzSystem {
  readonly Flops: number;
  readonly Memory_BW: number;
  readonly ICN: number;
}

export type GenzBits = "bf16" | "int8" | "int4";

export interface GenzRun {
  readonly batch: number;
  /** Prompt tokens, and tokens cached when one more is decoded. */
  readonly tokens: number;
  readonly bits: GenzBits;
  /** Devices that share every layer. */
  readonly tensorParallel?: number;
}

const BYTES = {bf16: 2, int8: 1, int4: 0.5} as const;
const SPEED = {bf16: 1, int8: 2, int4: 4} as const;

/** Its bandwidths count in 2^30 bytes while its rates count in 10^12 operations. */
const GIB = 2 ** 30;

/** Work without a mask: every query meets every key. Everything that is no matrix product is free. */
function genzFlops(op: Operator): number {
  const {B, h, n, c, ek, ev} = op.symbols;
  if (op.name === "qk") return 2 * B * h * n * c * ek;
  if (op.name === "pv") return 2 * B * h * n * c * ev;
  return op.kind === "vector" ? 0 : op.flops;
}

/** A decode step reads the weights of `active` experts at any batch: GenZ does not join what tokens ask for. */
function genzWeights(op: Operator, step: Step): number {
  const {X, k} = op.symbols;
  return X !== undefined && k !== undefined && step.tokens === 1 ? (op.weights / X) * k : op.weights;
}

function stepSeconds(model: Model, system: GenzSystem, run: GenzRun, step: Step): number {
  const devices = run.tensorParallel ?? 1;
  const bytes = BYTES[run.bits];
  const rate = system.Flops * 1e12 * SPEED[run.bits] * devices;
  const bandwidth = system.Memory_BW * GIB * devices;
  let seconds = 0;
  for (const op of buildOperators(model, {...step, fused: false})) {
    if (op.kind === "embedding") continue;
    const moved = (genzWeights(op, step) + op.kvRead + op.stateRead + op.stateWrite) * bytes;
    seconds += op.count * Math.max(genzFlops(op) / rate, moved / bandwidth);
  }
  return seconds + allReduceSeconds(model, system, run, step);
}

/** Two ring all-reduces a layer over the links. */
function allReduceSeconds(
  model: Model,
  {ICN}: GenzSystem,
  {tensorParallel = 1, bits}: GenzRun,
  step: Step,
): number {
  const layers = model.groups.reduce((sum, {count}) => sum + count, 0);
  const message = step.batch * step.tokens * model.hidden * BYTES[bits];
  return (2 * layers * 2 * ((tensorParallel - 1) / tensorParallel) * message) / (ICN * GIB);
}

/**
 * Latency of a prompt and of one decoded token with GenZ's conventions: weights and cache are the only traffic,
 * no causal mask, bandwidth in 2^30. A cross-check, not a copy: dense decode agrees with GenZ within 0.5 %, dense
 * prompts stay up to 15 % below it (it multiplies the embedding as a matrix); parallel, expert and recurrent
 * models are for information. (abhibambhaniya/GenZ-LLM-Analyzer at 091bdd0)
 */
export function genzLatency(
  model: Model,
  system: GenzSystem,
  run: GenzRun,
): {prefillMs: number; decodeMs: number} {
  const {batch, tokens} = run;
  return {
    prefillMs: 1e3 * stepSeconds(model, system, run, prefill(batch, tokens)),
    decodeMs: 1e3 * stepSeconds(model, system, run, decode(batch, tokens)),
  };
}
