/** A cost of a technique in words, and the rows that such costs are read from. */
import type {RegistryName} from "../lib/technique/facts.js";

/** Rows of an experiment, with columns of any kind. */
export type Rows = readonly Readonly<Record<string, unknown>>[];

/** What a technique saves, and what it costs here. */
export interface TechniqueCost {
  readonly registry: RegistryName;
  readonly id: string;
  readonly text: string;
}

/** A number to three significant digits. */
export const three = (value: number): string => String(Number(value.toPrecision(3))).replace("-", "−");
