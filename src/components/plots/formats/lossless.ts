import type {orderOfSums} from "../../../lib/experiments/decoding/order-of-sums.js";
import type {lossless} from "../../../lib/experiments/formats/lossless.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {level} from "../series.js";
import {valuesName} from "./values-name.js";

/** A size of chunks on a source of values. */
export type LosslessRow = RowOf<typeof lossless>;
/** A share of pairs of texts that are still the same. */
export type SameRow = RowOf<typeof orderOfSums>;

/** Bits an element over the bytes that a thread decodes. */
export const losslessFigure = linesFigure<typeof lossless>({
  experiment: "formats/lossless",
  question: "How small do BF16 weights get without losing a bit?",
  key: ({distribution, bytesPerThread}) => `${distribution}/${bytesPerThread}`,
  label: ({bytesPerThread}) => `${bytesPerThread} bytes a thread`,
  series: () => ({name: "DFloat11", family: "codebook"}),
  x: {column: "bytesPerThread", label: "bytes of codes that a thread decodes", log: true},
  y: {column: "bitsPerElement", label: "size", unit: "bits per element"},
  guides: ({rows, points}) =>
    level("without gaps and positions", "measured", rows.length > 0 ? 8 + rows[0].coded : undefined, points),
  finding: ({rows}) => losslessFinding(rows),
});

/** The size with the kernel's own chunks, and where it comes from. */
export function losslessFinding(rows: readonly LosslessRow[]): string {
  const row = rows.find(({bytesPerThread}) => bytesPerThread === 8) ?? rows[0];
  if (row === undefined) return "There are no rows.";
  return `On ${valuesName(row.distribution)}, 16 bits become ${numberText(row.bitsPerElement, 4)}: exponents take ${numberText(row.coded, 3)} bits in place of 8, of which their entropy asks ${numberText(row.entropy, 3)}. Mantissas hold ${numberText(row.mantissaEntropy, 3)} bits of 7, so they are left as they are.`;
}

/** Share of pairs of texts that are still the same after so many tokens, for each precision. */
export const sameTextFigure = linesFigure<typeof orderOfSums>({
  experiment: "decoding/order-of-sums",
  question: "For how long do texts stay the same when sums are added in another order?",
  drawn: (rows) => rows.filter(({orders}) => orders === "all orders"),
  key: ({precision, token}) => `${precision}/${token}`,
  label: ({name, token}) => `${name}, ${token} tokens`,
  series: ({name, precision}) => ({
    name,
    family: precision === "layercast" ? "rounding" : precision === "fp32" ? "baseline" : "fp",
    shade: precision === "fp16" ? 1 : 0,
  }),
  x: {column: "token", label: "tokens written"},
  y: {column: "same", label: "share of pairs that are the same so far"},
  finding: ({rows}) => sameTextFinding(rows),
});

/** Shares of texts that differ at the end, for each precision, and in the fixed tree. */
export function sameTextFinding(rows: readonly SameRow[]): string {
  const last = rows.filter(({token}) => rows.every((row) => row.token <= token));
  if (last.length === 0) return "There are no texts.";
  const differ = last
    .filter(({orders}) => orders === "all orders")
    .map(({name, same}) => `${name} ${numberText(100 * (1 - same), 2)} %`)
    .join(", ");
  return `After ${last[0].token} tokens so many pairs of orders have written different texts: ${differ}.`;
}
