import type {Family} from "./families.js";

/** Registries, by the words that pages ask for them with. */
export type RegistryName =
  | "formats"
  | "quantization methods"
  | "caches"
  | "policies"
  | "scan quantizers"
  | "averaged scans"
  | "decoding methods"
  | "mixers"
  | "pruning methods"
  | "structured pruning"
  | "sparse forms"
  | "mixtures"
  | "static decodings"
  | "softmax orders"
  | "cascades"
  | "arithmetics"
  | "accelerators";

/** Facts of a technique that can be told without running it: all that a page loads of its record. */
export interface TechniqueFacts {
  readonly registry: RegistryName;
  readonly id: string;
  readonly label: string;
  readonly family: Family;
  readonly source: string;
  /** Its way of working, in a sentence. */
  readonly summary: string;
  /** Ids under which experiments offer it: its own, or those of its named settings. */
  readonly choices: readonly string[];
  /** `bound`: it knows what no method can know. `floor`: every method must stay above it. */
  readonly standing: "method" | "bound" | "floor";
  /** Figures show it before a reader asks. */
  readonly isShownFirst: boolean;
  /** As masks it looks at every key before each choice. */
  readonly masksLookAtAll: boolean;
}
