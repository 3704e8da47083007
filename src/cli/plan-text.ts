/** A plan as text for people. */
import type {TableRows} from "../lib/experiment/columns.js";
import type {plan} from "../lib/experiments/models/plan.js";
import {printable} from "../lib/io/printable.js";
import {bytesText, textColumns} from "./inspect/report.js";

/** Rows of all tables of a plan. */
export type PlanTables = TableRows<(typeof plan)["columns"], (typeof plan)["tables"]>;

/** The facts, the formats with their tensors, and the caches that came closest. */
export function planText({rows, facts, caches}: PlanTables): string {
  const lines = facts.map(({fact, value, unit, low, high, note, provenance}) => [
    fact,
    valueText(value, unit),
    provenance,
    [low !== null && high !== null && `95 %: ${valueText(low, unit)} to ${valueText(high, unit)}`, note]
      .filter(Boolean)
      .join("; "),
  ]);
  const byFormat = new Map<string, {tensors: number; bytes: number; damage: number}>();
  for (const {format, bytes, damage} of rows) {
    const before = byFormat.get(format) ?? {tensors: 0, bytes: 0, damage: 0};
    byFormat.set(format, {
      tensors: before.tensors + 1,
      bytes: before.bytes + bytes,
      damage: before.damage + damage,
    });
  }
  const formats = Array.from(byFormat, ([format, {tensors, bytes, damage}]) => [
    format,
    `${tensors} ${tensors === 1 ? "tensor" : "tensors"}`,
    bytesText(bytes),
    `damage ${short(damage)}`,
  ]);
  const chosen = caches.find(({isChosen}) => isChosen);
  const cache = chosen && [
    ["cache", printable(chosen.label), bytesText(chosen.bytes), `damage ${short(chosen.damage)}`],
  ];
  return `${textColumns(lines)}\nFormats\n${textColumns([...formats, ...(cache ?? [])])}`;
}

function valueText(value: number | null, unit: string | null): string {
  if (value === null) return "";
  if (unit === "B") return bytesText(value);
  return `${short(value)}${unit === null || unit === "share" ? "" : ` ${unit}`}`;
}

const short = (value: number): string => String(Number(value.toPrecision(4)));
