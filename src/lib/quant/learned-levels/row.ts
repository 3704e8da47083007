/** Codes of a row learned over all levels: a real place a weight, softly rounded, ever more sharply. (NUPES, arXiv 2308.05600, section 4) */
import {adam, outputSlopes} from "../output-descent.js";

/** A row of a weight, the levels that each of its elements can have, ascending, and the mean of x x^T of its inputs. */
export interface LevelRow {
  readonly w: Float64Array;
  readonly levels: readonly Float64Array[];
  /** [in, in], row-major. */
  readonly h: Float64Array;
}

/** The knobs of the descent. */
export interface LevelDescent {
  readonly steps: number;
  /** Length of a step, in levels. */
  readonly rate: number;
}

/** AdaRound's soft step from 0 to 1, flat at both ends of a unit where it is at its softest. (arXiv 2004.10568) */
const [ZETA, GAMMA] = [1.2, -0.1];
const [FIRST_SOFTNESS, LAST_SOFTNESS] = [0.2, 0.02];
/** Share of a straight slope that a place keeps where the soft step is flat, so that it can leave for further levels. */
const STRAIGHT = 0.2;

/** The place of a value among levels, a real number: whole at a level, between two of them by its share of the gap. */
export function placeOf(levels: Float64Array, value: number): number {
  const last = levels.length - 1;
  if (!(value > levels[0])) return 0;
  if (value >= levels[last]) return last;
  let below = 0;
  while (levels[below + 1] <= value) below++;
  return below + (value - levels[below]) / (levels[below + 1] - levels[below]);
}

/** The nearest level, the lower one midway: that of the even code is left to the format. */
function nearestLevel(levels: Float64Array, value: number): number {
  const place = placeOf(levels, value);
  return levels[place - Math.floor(place) > 0.5 ? Math.ceil(place) : Math.floor(place)];
}

function softStep(fraction: number, softness: number) {
  const s = 1 / (1 + Math.exp(-(fraction - 0.5) / softness));
  const value = ZETA * s + GAMMA;
  if (value <= 0 || value >= 1) return {value: Math.min(1, Math.max(0, value)), slope: STRAIGHT};
  return {value, slope: (ZETA * s * (1 - s)) / softness + STRAIGHT};
}

/** Soft values at places, and their slopes by the place. */
function soften(
  {levels}: LevelRow,
  places: Float64Array,
  softness: number,
  into: {values: Float64Array; slopes: Float64Array},
): void {
  for (let i = 0; i < places.length; i++) {
    const own = levels[i];
    const below = Math.min(Math.floor(places[i]), Math.max(0, own.length - 2));
    const gap = own.length > 1 ? own[below + 1] - own[below] : 0;
    const {value, slope} = softStep(places[i] - below, softness);
    into.values[i] = own[below] + gap * value;
    into.slopes[i] = gap * slope;
  }
}

const errorOf = ({w, h}: LevelRow, values: Float64Array): number =>
  outputSlopes(
    h,
    values.map((value, i) => value - w[i]),
    new Float64Array(w.length),
  );

/**
 * The values of a row after learning; those of rounding to nearest where learning found nothing better.
 * @returns values, their output error, and that of rounding to nearest
 */
export function learnLevels(row: LevelRow, {steps, rate}: LevelDescent) {
  const {w, levels, h} = row;
  const hardened = (places: Float64Array) => {
    const values = places.map((place, i) => levels[i][Math.round(place)]);
    return {values, error: errorOf(row, values)};
  };
  const nearestValues = w.map((value, i) => nearestLevel(levels[i], value));
  const nearest = {values: nearestValues, error: errorOf(row, nearestValues)};
  if (nearest.error === 0) return {...nearest, nearestError: 0};
  let best = nearest;
  const places = w.map((value, i) => placeOf(levels[i], value));
  const soft = {values: new Float64Array(w.length), slopes: new Float64Array(w.length)};
  const [slope, gradient, move] = [new Float64Array(w.length), new Float64Array(w.length), adam(w.length)];
  for (let step = 1; step <= steps; step++) {
    const softness = FIRST_SOFTNESS * (LAST_SOFTNESS / FIRST_SOFTNESS) ** (step / steps);
    soften(row, places, softness, soft);
    outputSlopes(
      h,
      soft.values.map((value, i) => value - w[i]),
      slope,
    );
    for (let i = 0; i < w.length; i++) gradient[i] = (slope[i] * soft.slopes[i]) / nearest.error;
    move(places, gradient, rate * (1 - (0.9 * step) / steps));
    for (let i = 0; i < w.length; i++) places[i] = Math.min(levels[i].length - 1, Math.max(0, places[i]));
    if (step % 5 !== 0 && step !== steps) continue;
    const found = hardened(places);
    if (found.error < best.error) best = found;
  }
  return {...best, nearestError: nearest.error};
}
