/** Inputs of the rows of each setting of a sweep, and the key over them. */
import {createHash} from "node:crypto";
import {readFile} from "node:fs/promises";
import type {Experiment} from "../../lib/experiment/experiment.js";
import {sweepSettings} from "../../lib/experiment/sweep.js";
import {jsonValue} from "../../lib/io/table-text.js";
import type {Params, ParamValues} from "../../lib/technique/params.js";
import {dataSetPath} from "../data-sets.js";
import type {CodeVersion} from "./made.js";

/** One setting of a sweep: all its parameters, and the key of its rows. */
export interface PlannedSetting {
  readonly params: ParamValues<Params>;
  /** Hash of code, packages, parameters and contents of data: rows of the same key are the same rows. */
  readonly key: string;
}

/** A sweep that is to be had, in the order of its table. */
export interface SweepPlan {
  readonly experiment: Experiment;
  readonly version: CodeVersion;
  /** Hash of each data set that a setting reads. */
  readonly data: Readonly<Record<string, string>>;
  readonly settings: readonly PlannedSetting[];
}

/**
 * Plans the sweep of an experiment.
 * @throws RangeError if the version of its code is not known.
 */
export async function planSweep(
  experiment: Experiment,
  versions: ReadonlyMap<string, CodeVersion>,
): Promise<SweepPlan> {
  const version = versions.get(experiment.id);
  if (version === undefined) {
    throw new RangeError(
      `planSweep: experiment must be one whose code is known: ${[...versions.keys()].join(", ")}, got ${experiment.id}`,
    );
  }
  const settings = sweepSettings(experiment);
  const names = [...new Set(settings.flatMap((params) => experiment.needsOf(params)))].sort();
  const data = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await dataHash(name)] as const)),
  );
  const planned = settings.map((params) => ({params, key: keyOf({experiment, version, data}, params)}));
  return {experiment, version, data, settings: planned};
}

/** The key of one setting as the code and the data of a plan have it. */
export function keyOf(
  {experiment, version, data}: Pick<SweepPlan, "experiment" | "version" | "data">,
  params: ParamValues<Params>,
): string {
  return settingKey(
    version,
    params,
    experiment.needsOf(params).map((name) => data[name]),
  );
}

/** The part of a sweep that is one of `count` shards, the first being 1: every so many settings, by their place. */
export function shardOf(
  {settings}: SweepPlan,
  {index, count}: {readonly index: number; readonly count: number},
): readonly PlannedSetting[] {
  return settings.filter((_, place) => place % count === index - 1);
}

/** The key of a setting; the order in which parameters are named does not count. */
export function settingKey(
  {code, packages}: CodeVersion,
  params: Readonly<Record<string, unknown>>,
  data: readonly string[],
): string {
  const sorted = Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1));
  return hashOf(JSON.stringify(jsonValue([code, packages, sorted, data]))).slice(0, 24);
}

const dataHashes = new Map<string, Promise<string>>();

/** Hash of the content of a data set's file, read once a process. */
function dataHash(name: string): Promise<string> {
  let hash = dataHashes.get(name);
  if (hash === undefined) {
    hash = readFile(dataSetPath(name)).then((bytes) => hashOf(bytes).slice(0, 16));
    dataHashes.set(name, hash);
  }
  return hash;
}

function hashOf(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
