import type {Family} from "../technique/families.js";

/** A way to let each token pass a part of the weights, as pages and the glossary tell of it. */
export interface MixtureTechnique {
  readonly id: string;
  readonly label: string;
  readonly family: Family;
  /** Paper and section. */
  readonly source: string;
  /** The decoder that comes with the library and was trained by this rule. */
  readonly model: string;
}
