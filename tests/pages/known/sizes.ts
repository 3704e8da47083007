import {readFileSync} from "node:fs";
import {EVAL_SEEDS} from "../../../src/lib/evaluate/eval-texts.js";

const WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/** A whole number below ten, and sixteen, in words. */
export const word = (n: number): string => (n === 16 ? "sixteen" : (WORDS[n] ?? String(n)));

/** A text with a capital first letter. */
export const capital = (text: string): string => text[0].toUpperCase() + text.slice(1);

/** Text of a file of the repository. */
export const file = (path: string): string => readFileSync(path, "utf8");

/** Numbers of the config.json of a model. */
export const configOf = (model: string): Record<string, number> =>
  JSON.parse(file(`src/data/models/${model}/config.json`));

/** Sizes of the small decoder. */
export const small = configOf("decoder-small");

/** Sizes of the large decoder. */
export const large = configOf("decoder-large");

const parametersOfSmall = Number(
  /decoder of ([\d,]+) parameters/.exec(file("src/data/models/decoder-small/README.md"))![1].replace(",", ""),
);

/** Parameters of the small decoder, rounded, in words. */
export const smallDecoder = `${10 * Math.round(parametersOfSmall / 1e4)} thousand parameters`;

/** Number of seeds of the test texts, in words. */
export const seeds = `${word(EVAL_SEEDS.length)} seeds`;

/** A quarter, a half or three quarters in words. */
export const shareOf = (fraction: number): string =>
  ({0.25: "a quarter", 0.5: "half", 0.75: "three quarters"})[fraction]!;

/** Number of test documents that a run reads, in words. */
export function testDocuments(perSeed: number, inWords: boolean): string {
  const each = inWords ? word(perSeed) : perSeed;
  const all = perSeed * EVAL_SEEDS.length;
  return `${all} test documents of ${small.max_position_embeddings} tokens, ${each} for each of ${seeds}`;
}
