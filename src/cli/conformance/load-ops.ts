import {readdir} from "node:fs/promises";
import type {CaseOp, Ops, RowOp} from "./op.js";

/**
 * All ops, from every module of the folder `ops` beside this one.
 * @throws Error naming the op that two modules claim.
 */
export async function loadOps(): Promise<Required<Ops>> {
  const folder = new URL("./ops/", import.meta.url);
  const files = (await readdir(folder)).filter((file) => /^[^.]+\.[jt]s$/.test(file)).sort();
  return mergeOps((await Promise.all(files.map((file) => opsOf(new URL(file, folder))))).flat());
}

/** A module may export its ops under any name, and helpers beside them. */
async function opsOf(module: URL): Promise<Ops[]> {
  return Object.values<unknown>(await import(module.href)).filter(isOps);
}

function isOps(value: unknown): value is Ops {
  return typeof value === "object" && value !== null && ("cases" in value || "rows" in value);
}

/**
 * The ops of several families as one.
 * @throws Error naming the op that two families claim.
 */
export function mergeOps(families: readonly Ops[]): Required<Ops> {
  return {
    cases: merge<CaseOp>(families.map(({cases}) => cases)),
    rows: merge<RowOp>(families.map(({rows}) => rows)),
  };
}

function merge<T>(parts: readonly (Readonly<Record<string, T>> | undefined)[]): Record<string, T> {
  const all = new Map<string, T>();
  for (const [name, op] of parts.flatMap((part) => Object.entries(part ?? {}))) {
    if (all.has(name)) throw new Error(`mergeOps: an op must stand in one family only, got ${name} twice`);
    all.set(name, op);
  }
  return Object.fromEntries(all);
}
