import {jsonValue} from "../io/table-text.js";
import type {Columns} from "./columns.js";
import type {Experiment} from "./experiment.js";

/** A table's columns with the two that every table may have besides: `setting` where it is a sweep, `provenance`. */
export function withGivenColumns(columns: Columns, isSweep = false): Columns {
  return {
    ...columns,
    ...(isSweep ? {setting: {type: "integer", label: "Setting of the sweep"} as const} : {}),
    provenance: {type: "string", label: "How the row came to be"},
  };
}

/** The metadata of an experiment's table: what it is, where it comes from and the settings its rows belong to. */
export function experimentMetadata(
  {id, title, question, source, columns: _, ...rest}: Experiment,
  settings: readonly Readonly<Record<string, unknown>>[],
): Readonly<Record<string, string>> {
  const params = JSON.stringify(rest.params);
  return {experiment: id, title, question, source, params, settings: JSON.stringify(jsonValue(settings))};
}
