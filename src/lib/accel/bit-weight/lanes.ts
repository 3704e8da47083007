import {requireInteger} from "../../tensor/require.js";

/** Lanes that each add one term a cycle, and wait for each other. */
export interface LanesOptions {
  readonly lanes: number;
  /** Operands of a lane after which all wait for the slowest; Infinity: only at the end. */
  readonly together: number;
  /** Cycles that an operand without terms takes, 0 or 1. */
  readonly zeroCycles: 0 | 1;
}

/** The time of serial lanes for operands, and the part of it that they add in. */
export interface LanesTime {
  readonly cycles: number;
  /** Terms over lanes · cycles: 1 where no lane ever waits. */
  readonly utilization: number;
  /** Cycles for each operand of a lane. */
  readonly cyclesPerOperand: number;
}

/**
 * The cycles of lanes that take a term of their operand each: operand i goes to lane i mod lanes, and a group of `together`
 * operands a lane ends with its slowest. (Bit-weight TPE, arXiv:2503.06342, OPT3; knobs of ours)
 * @param terms of each operand
 * @throws RangeError unless lanes is an integer of at least 1 and together one, or Infinity.
 */
export function lanesTime(terms: ArrayLike<number>, {lanes, together, zeroCycles}: LanesOptions): LanesTime {
  requireInteger("lanesTime", "lanes", lanes, 1);
  if (together !== Number.POSITIVE_INFINITY) requireInteger("lanesTime", "together", together, 1);
  const steps = Math.ceil(terms.length / lanes);
  const size = Math.min(together, Math.max(steps, 1));
  let [cycles, added] = [0, 0];
  for (let first = 0; first < steps; first += size) {
    let slowest = 0;
    for (let lane = 0; lane < lanes; lane++) {
      let busy = 0;
      for (let step = first; step < Math.min(steps, first + size); step++) {
        const count = terms[step * lanes + lane] ?? 0;
        added += count;
        busy += Math.max(count, zeroCycles);
      }
      slowest = Math.max(slowest, busy);
    }
    cycles += slowest;
  }
  return {
    cycles,
    utilization: cycles === 0 ? 1 : added / (lanes * cycles),
    cyclesPerOperand: steps === 0 ? 0 : cycles / steps,
  };
}
