import {readFileSync} from "node:fs";

/** How many were right, and of how many, of each document. */
export interface Counted {
  readonly right: readonly number[];
  readonly of: readonly number[];
}

/** Scores of the test split by document, and of the tasks' samples. */
export interface Scores {
  readonly context: number;
  readonly test: {readonly loss: readonly number[]; readonly answers: Counted; readonly copies: Counted};
  readonly tasks: Readonly<Record<string, {readonly samples: number; readonly wrong: readonly number[]}>>;
}

/** A training run. */
export interface Run {
  readonly rate: number;
  readonly steps: number;
  readonly batch: number;
  readonly context: number;
  readonly minutes: number;
}

/** `card.json` of a model folder, which the scripts of `training` write together with the card. */
export interface Card {
  readonly scores: Scores;
  readonly training?: Run & {
    readonly tokens: number;
    readonly log: readonly Readonly<Record<string, number>>[];
  };
  readonly ngram?: Readonly<Record<string, number>>;
  readonly tails?: readonly {layer: number; site: string; peak: number; kurtosis: number}[];
  readonly shifts?: readonly {arithmetic: string; shift: number; largest: number}[];
  readonly tokenButler?: Run & {
    readonly log: readonly Readonly<Record<string, number>>[];
    readonly test: Readonly<Record<string, number>>;
  };
  readonly medusaHeads?: GuessRun;
  readonly promptTokens?: GuessRun;
  readonly hamburger?: GroupRun;
}

/** Training of what guesses later tokens. */
export type GuessRun = Run & {
  readonly log: readonly {step: number; trainLoss: number; validationTop1: readonly number[]}[];
  readonly test: {texts: number; tokens: number; top1: readonly number[]; topAll: readonly number[]};
};

/** Training of what reads and writes groups of tokens. */
export type GroupRun = Run & {
  readonly log: readonly Readonly<Record<string, number>>[];
  readonly test: Readonly<Record<"texts" | "first" | "later" | "stops" | "tokensOfGroup", number>>;
};

/** Content of a JSON file. */
export const json = (path: string) => JSON.parse(readFileSync(path, "utf8"));

/** The record of a model. */
export const cardOf = (model: string): Card => json(`src/data/models/${model}/card.json`);

/** The card of a model as readers see it. */
export const cardText = (model: string): string =>
  readFileSync(`src/data/models/${model}/README.md`, "utf8").replace(/\s+/g, " ");
