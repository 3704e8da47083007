/** Rounds of decoding on test documents, and what they add up to. */

import {GREEDY, type Round} from "../../decoding/decoding-run.js";
import type {DecodingMethod, DecodingModels} from "../../decoding/method.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {greedy} from "../../engine/generate.js";
import {EVAL_SEEDS} from "../../evaluate/eval-texts.js";
import {documentMean} from "../../stats/documents.js";
import {corpusDocument, type Mix} from "../../tasks/corpus.js";
import {randomStream} from "../../tensor/random.js";

/** Tokens of each prompt: half of what the large decoder was trained to read. */
const PROMPT_TOKENS = 128;

/** Rounds of one document. */
export interface DocumentRounds {
  readonly rounds: readonly Round[];
  /** Whether the text is that of plain decoding; null where tokens were drawn. */
  readonly isSame: boolean | null;
}

/** Decoding of the test documents. */
export interface RoundsGoal {
  readonly tokens: number;
  readonly temperature: number;
  /** Tells that so many of all documents are done. */
  readonly told: (share: number) => Promise<void>;
}

/** Beginnings of test documents of all evaluation seeds. */
export function draftPrompts(count: number, mix: Mix): number[][] {
  return EVAL_SEEDS.flatMap((seed) =>
    Array.from({length: count}, (_, index) =>
      Array.from(corpusDocument("test", index, {context: PROMPT_TOKENS, seed, mix}).tokens).slice(
        0,
        PROMPT_TOKENS,
      ),
    ),
  );
}

/** The text that a model alone writes after each prompt; computed once for all methods. */
export function plainTexts(
  target: Decoder,
  tokens: number,
): (prompt: readonly number[]) => readonly number[] {
  const texts = new Map<readonly number[], readonly number[]>();
  return (prompt) => {
    if (!texts.has(prompt)) texts.set(prompt, greedy(target, prompt, tokens).tokens);
    return texts.get(prompt)!;
  };
}

/** Decodes after every prompt; at temperature 0 the text is held to that of `plain`. */
export async function roundsOf(
  method: DecodingMethod,
  models: DecodingModels,
  values: Readonly<Record<string, number | boolean>>,
  prompts: readonly (readonly number[])[],
  plain: (prompt: readonly number[]) => readonly number[],
  {tokens, temperature, told}: RoundsGoal,
): Promise<DocumentRounds[]> {
  const texts: DocumentRounds[] = [];
  const warp = {...GREEDY, temperature};
  for (const [at, prompt] of prompts.entries()) {
    const random = randomStream(at, `decoding/${method.id}`);
    const rounds = [...method.rounds(models, prompt, values, {tokens, warp, random})];
    texts.push({rounds, isSame: temperature === 0 ? isSameText(rounds, plain(prompt)) : null});
    await told((at + 1) / prompts.length);
  }
  return texts;
}

function isSameText(rounds: readonly Round[], plain: readonly number[]): boolean {
  const written = rounds.flatMap((round) => round.written);
  return written.length === plain.length && written.every((token, i) => token === plain[i]);
}

/** Parameters of the documents that are read. */
export const roundParams = {
  count: {
    kind: "integer",
    label: "Documents for each of three seeds",
    help: "More documents give narrower intervals.",
    min: 2,
    max: 67,
    default: 4,
    advanced: true,
  },
  tokens: {
    kind: "integer",
    label: "Tokens written after each prompt",
    min: 4,
    max: 128,
    default: 32,
    advanced: true,
  },
} as const;

/** Columns of {@link roundCells}. */
export const roundColumns = {
  tokensPerPass: {type: "number", label: "Tokens for each pass of the target"},
  tokensPerPassLow: {type: "number", label: "95 % interval, low", nullable: true},
  tokensPerPassHigh: {type: "number", label: "95 % interval, high", nullable: true},
  verifiedPerPass: {type: "number", label: "Drafted tokens of a pass"},
  accepted: {type: "number", label: "Share of drafted tokens kept"},
  draftPassesPerToken: {type: "number", label: "Passes of the draft for each token"},
  documents: {type: "integer", label: "Documents"},
  same: {type: "integer", label: "Documents with the very text of plain decoding", nullable: true},
} as const;

/** Sums over all documents: the documents are the sample of the interval. */
export function roundCells(texts: readonly DocumentRounds[]) {
  const total = (of: (round: Round) => number) =>
    texts.reduce((sum, {rounds}) => sum + rounds.reduce((sum, round) => sum + of(round), 0), 0);
  const written = ({written}: Round) => written.length;
  const perPass = documentMean({
    sums: texts.map(({rounds}) => rounds.reduce((sum, round) => sum + written(round), 0)),
    sizes: texts.map(({rounds}) => rounds.length),
  });
  const known = (value: number) => (Number.isNaN(value) ? null : value);
  const drafted = total((round) => round.drafted);
  return {
    tokensPerPass: perPass.value,
    tokensPerPassLow: known(perPass.low),
    tokensPerPassHigh: known(perPass.high),
    verifiedPerPass: drafted / total(() => 1),
    accepted: drafted === 0 ? 0 : total((round) => round.accepted) / drafted,
    draftPassesPerToken: total((round) => round.draft.passes) / total(written),
    documents: texts.length,
    same: texts.some(({isSame}) => isSame === null) ? null : texts.filter(({isSame}) => isSame).length,
  };
}

/** For each number of drafted tokens the share of rounds that kept as many. */
export function survivalOf(texts: readonly DocumentRounds[]): {depth: number; share: number}[] {
  const kept = texts.flatMap(({rounds}) => rounds.map(({accepted}) => accepted));
  const deepest = kept.reduce((most, accepted) => Math.max(most, accepted), 0);
  return Array.from({length: deepest + 1}, (_, depth) => ({
    depth,
    share: kept.filter((accepted) => accepted >= depth).length / kept.length,
  }));
}
