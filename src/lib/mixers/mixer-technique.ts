import type {Family} from "../technique/families.js";

/** A way to mix tokens that is neither attention over all of them nor a plain state, as pages and the glossary tell of it. */
export interface MixerTechnique {
  readonly id: string;
  readonly label: string;
  readonly family: Family;
  /** Paper and section. */
  readonly source: string;
}
