/** A model with all of its matrices in one format: size, damage, and what it predicts where it runs. */
import {known} from "../../shared/quality-columns.js";
import type {MeasuredResult} from "./rows.js";

const uniformColumn = <const L extends string, const U extends string | undefined = undefined>(
  label: L,
  unit?: U,
) =>
  ({
    type: "number",
    label,
    ...(unit !== undefined && {unit}),
    provenance: "measured",
    nullable: true,
  }) as const;

/** Columns of its rows. */
export const uniformColumns = {
  format: {type: "string", label: "Format of all tensors"},
  bytes: {type: "number", label: "Bytes of the weights", unit: "B", provenance: "measured"},
  damage: {type: "number", label: "Sum of the damages", provenance: "modelled", nullable: true},
  klMean: uniformColumn("KL divergence, mean", "nats"),
  klLow: uniformColumn("KL divergence, lower end of 95 %", "nats"),
  klHigh: uniformColumn("KL divergence, upper end of 95 %", "nats"),
  perplexity: uniformColumn("Perplexity"),
  perplexityLow: uniformColumn("Perplexity, lower end of 95 %"),
  perplexityHigh: uniformColumn("Perplexity, upper end of 95 %"),
} as const;

/** Bytes of the weights, and the sum of the damages where they are known. */
export interface UniformSize {
  readonly bytes: number;
  readonly damage: number | null;
}

/** A row for a format that all tensors have, measured where the model runs. */
export function uniformRow(format: string, size: UniformSize, quality: MeasuredResult["reported"] | null) {
  const [kl, perplexity] = [quality?.kl.mean, quality?.model.perplexity];
  const end = (value: number | undefined) => (value === undefined ? null : known(value));
  return {
    format,
    ...size,
    klMean: kl?.value ?? null,
    klLow: end(kl?.low),
    klHigh: end(kl?.high),
    perplexity: perplexity?.value ?? null,
    perplexityLow: end(perplexity?.low),
    perplexityHigh: end(perplexity?.high),
    provenance: "measured" as const,
  };
}
