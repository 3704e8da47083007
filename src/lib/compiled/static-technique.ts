import type {Family} from "../technique/families.js";

/** A way to decode with shapes that are fixed before the first token, as pages and the glossary tell of it. */
export interface StaticTechnique {
  readonly id: string;
  readonly label: string;
  readonly family: Family;
  /** Paper and section. */
  readonly source: string;
}
