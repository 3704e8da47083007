/** The glossary: the terms of one file and the techniques of all registries, in one form. */
import type {RegistryName, TechniqueFacts} from "../lib/technique/facts.js";
import {FAMILIES} from "../lib/technique/families.js";
import {techniques} from "./techniques.js";
import {TERMS} from "./terms.js";

/** An entry of the glossary. */
export interface GlossaryEntry {
  /** The anchor on the page. */
  readonly id: string;
  readonly name: string;
  /** Other names that find it: spellings, ids, named settings. */
  readonly also: readonly string[];
  readonly definition: string;
  /** A technique's facts; none for a term. */
  readonly technique?: TechniqueFacts;
}

const NOUNS: Readonly<Record<RegistryName, string>> = {
  formats: "Number format",
  "quantization methods": "Quantization method for decoders",
  caches: "Form of the KV cache",
  policies: "Policy of eviction or sparse reads",
  "scan quantizers": "Quantization method for state-space models",
  "averaged scans": "Average over the channels of a scan",
  "decoding methods": "Method that writes text",
  mixers: "Mixer of tokens",
  "pruning methods": "Choice of the weights that go",
  "structured pruning": "Choice of the heads and channels that go",
  "sparse forms": "Form of sparse weights",
  mixtures: "Mixture of experts",
  "static decodings": "Way to decode with fixed shapes",
  "softmax orders": "Order of the sums of softmax attention",
  cascades: "Cascade of Einsums",
  arithmetics: "Product without a multiplier",
  accelerators: "Accelerator or cost model",
};

const anchorOf = (...words: readonly string[]) =>
  words
    .join(" ")
    .toLowerCase()
    .replace(/[^a-z0-9_.]+/g, "-");

const definitionOf = ({registry, family, summary}: TechniqueFacts) =>
  `${NOUNS[registry]} (${FAMILIES[family]}). ${summary}`;

const fromTechnique = (facts: TechniqueFacts): GlossaryEntry => ({
  id: anchorOf(facts.registry, facts.id),
  name: facts.label,
  also: [...new Set([facts.id, ...facts.choices])],
  definition: definitionOf(facts),
  technique: facts,
});

/** The terms of the field. */
export const termEntries: readonly GlossaryEntry[] = TERMS.map(({name, also = [], is}) => ({
  id: anchorOf(name),
  name,
  also,
  definition: is,
}));

/** The techniques, registry by registry. */
export const techniqueEntries: readonly GlossaryEntry[] = techniques.map(fromTechnique);
