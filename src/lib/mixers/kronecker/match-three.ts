import type {RandomStream} from "../../tensor/random.js";
import {requireInteger, requirePositive} from "../../tensor/require.js";
import type {TensorHead} from "./tensor-attention.js";

/**
 * A task about triples: numbers below a modulus, and for each whether two of them, repetition allowed, sum with it to a
 * multiple of the modulus. (Match3, Representational Strengths and Limitations of Transformers, arXiv:2306.02896, section 4)
 */
export interface MatchTask {
  readonly modulus: number;
  readonly tokens: number;
  /** Numbers that a list chooses from: fewer are matched less often. */
  readonly kinds: number;
}

/** 1 for each number that two of them complete to a multiple of the modulus. */
export function matchedTokens(numbers: readonly number[], modulus: number): number[] {
  const there = new Set(numbers);
  return numbers.map((a) =>
    Number(numbers.some((b) => there.has((((-a - b) % modulus) + modulus) % modulus))),
  );
}

/** A list of numbers, each one of `kinds` that are drawn first. */
export function drawNumbers(stream: RandomStream, {modulus, tokens, kinds}: MatchTask): number[] {
  const chosen = Array.from({length: kinds}, () => stream.integer(modulus));
  return Array.from({length: tokens}, () => chosen[stream.integer(kinds)]);
}

/** Width of {@link matchingHead}. */
export const MATCHING_WIDTH = 5;

/**
 * A head, not trained but written down, whose output is above a half where a number is matched: the score of a pair is
 * sharpness · cos(2π (a + b + c) / modulus), which is a sum of four products of three, and a last token that stands for no
 * match scores half-way between that of a match and of the next best.
 * @throws RangeError for a modulus below 2 or a sharpness that is not above 0.
 */
export function matchingHead(numbers: readonly number[], modulus: number, sharpness: number): TensorHead {
  requireInteger("matchingHead", "modulus", modulus, 2);
  requirePositive("matchingHead", "sharpness", sharpness);
  const size = Math.cbrt(sharpness * MATCHING_WIDTH);
  const halfway = (1 + Math.cos((2 * Math.PI) / modulus)) / 2;
  const waves = numbers.map((number) => {
    const angle = (2 * Math.PI * number) / modulus;
    return [Math.cos(angle), Math.sin(angle)] as const;
  });
  const rows = (
    row: (cos: number, sin: number) => readonly number[],
    none: readonly number[] = [],
  ): Float64Array =>
    Float64Array.from([...waves.flatMap(([cos, sin]) => row(cos, sin)), ...none], (value) => size * value);
  const none = [0, 0, 0, 0, 1];
  const isToken = Float64Array.from([...numbers.map(() => 1), 0]);
  return {
    q: rows((cos, sin) => [cos, -cos, -sin, -sin, halfway]),
    keys: [
      rows((cos, sin) => [cos, sin, cos, sin, 0], none),
      rows((cos, sin) => [cos, sin, sin, cos, 0], none),
    ],
    values: [isToken, isToken],
    width: MATCHING_WIDTH,
    valueWidth: 1,
  };
}

/** The sharpness from which {@link matchingHead} decides all lists of so many numbers rightly: pairs that do not match weigh less than none. */
export function sufficientSharpness({modulus, tokens}: Pick<MatchTask, "modulus" | "tokens">): number {
  return (4 * Math.log(tokens)) / (1 - Math.cos((2 * Math.PI) / modulus));
}
