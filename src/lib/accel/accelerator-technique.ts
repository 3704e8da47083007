import type {Family} from "../technique/families.js";

/** A way to build hardware for a model, or to reckon what a model costs on it, as pages and the glossary tell of it. */
export interface AcceleratorTechnique {
  readonly id: string;
  readonly label: string;
  readonly family: Family;
  readonly source: string;
}
