import type {TableRows} from "../../../lib/experiment/columns.js";
import type {Described} from "../../../lib/experiment/described.js";
import type {Ran} from "../../../lib/experiment/ran.js";
import type {SweepTables} from "../../../lib/experiment/sweep.js";
import {checkParams} from "../../../lib/technique/check-params.js";
import {type Params, type ParamValue, type ParamValues, paramToText} from "../../../lib/technique/params.js";

/** Rows of a setting out of a shipped table, and how they were run. */
export interface FoundRows {
  readonly tables: TableRows;
  readonly ran?: Ran;
}

/**
 * Finds the rows of a setting in the shipped tables: those of a setting of the sweep, or, where a parameter lists options
 * whose rows do not depend on each other, those of its options wherever the sweep has them. Nothing if one is missing.
 */
export function shippedRows<P extends Params>(
  {id, params: schema, sweep}: Pick<Described<P>, "id" | "params" | "sweep">,
  shipped: SweepTables,
  ran: readonly Ran[],
): (params: ParamValues<P>) => FoundRows | undefined {
  const settings = sweep.map((setting) => checkParams(`sweep ${id}`, schema, setting));
  const keys = settings.map((setting) => keyOf(schema, setting));
  const [by, column] = rowsBy(schema);
  return (params) => {
    const exact = keys.indexOf(keyOf(schema, params));
    if (exact >= 0) return {tables: rowsOf(shipped, (row) => row.setting === exact), ...ranOf(ran, [exact])};
    if (by === undefined || column === undefined) return undefined;
    const chosen = params[by] as readonly unknown[];
    const others = keyOf(schema, params, by);
    const parts = settings.flatMap((setting, i) => {
      const isPart = keyOf(schema, setting, by) === others;
      return isPart && (setting[by] as readonly unknown[]).some((option) => chosen.includes(option))
        ? [i]
        : [];
    });
    const covered = new Set(parts.flatMap((i) => settings[i][by] as readonly unknown[]));
    if (!chosen.every((option) => covered.has(option))) return undefined;
    const isWanted = (row: Readonly<Record<string, unknown>>) =>
      parts.includes(row.setting as number) && chosen.includes(row[column]);
    return {tables: rowsOf(shipped, isWanted), ...ranOf(ran, parts)};
  };
}

/** A setting with the options of another, where these have rows of their own. */
export function withSameOptions<P extends Params>(
  schema: P,
  setting: ParamValues<P>,
  other: ParamValues<P>,
): ParamValues<P> {
  const [by] = rowsBy(schema);
  return by === undefined ? setting : {...setting, [by]: other[by]};
}

/** The parameter whose options have rows of their own, and the column that names them. */
function rowsBy(schema: Params): readonly [name?: string, column?: string] {
  for (const [name, param] of Object.entries(schema)) {
    if (param.kind === "choices" && param.rowsBy !== undefined) return [name, param.rowsBy];
  }
  return [];
}

function rowsOf(tables: SweepTables, isWanted: (row: SweepTables["rows"][number]) => boolean): TableRows {
  const own = Object.entries(tables).map(([name, rows]) => [name, rows.filter(isWanted)] as const);
  return Object.fromEntries(own) as unknown as TableRows;
}

/** Several settings took the time of all, and are as old as the newest says. */
function ranOf(ran: readonly Ran[], settings: readonly number[]): {ran?: Ran} {
  const own = settings.flatMap((i) => ran[i] ?? []).toSorted((a, b) => (a.date < b.date ? 1 : -1));
  if (own[0] === undefined) return {};
  return {ran: {...own[0], seconds: own.reduce((sum, {seconds}) => sum + seconds, 0)}};
}

function keyOf<P extends Params>(schema: P, values: ParamValues<P>, without?: string): string {
  return Object.keys(schema)
    .filter((name) => name !== without)
    .map((name) => paramToText(values[name] as ParamValue<P[string]>))
    .join("\n");
}
