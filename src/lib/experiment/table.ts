import {jsonValue} from "../io/table-text.js";
import {type Columns, MAIN_TABLE} from "./columns.js";
import type {Described} from "./described.js";

/** A table's columns with the two that every table may have besides: `setting` where it is a sweep, `provenance`. */
export function withGivenColumns(columns: Columns, isSweep = false): Columns {
  return {
    ...columns,
    ...(isSweep ? {setting: {type: "integer", label: "Setting of the sweep"} as const} : {}),
    provenance: {type: "string", label: "How the row came to be"},
  };
}

/** The parts of a definition that stand in the metadata as plain text, and those that stand there as JSON. */
const TEXTS = ["title", "question", "source"] as const;
const JSONS = ["params", "columns", "tables", "needs"] as const;

/**
 * The metadata of an experiment's table: its definition (`experiment` is the id), and the `settings` that its rows
 * belong to, as JSON. {@link definitionFrom} reads it back.
 */
export function experimentMetadata(
  experiment: Described,
  settings: readonly Readonly<Record<string, unknown>>[],
): Readonly<Record<string, string>> {
  const texts = TEXTS.map((name) => [name, experiment[name]]);
  const jsons = JSONS.map((name) => [name, JSON.stringify(experiment[name])]);
  return {
    experiment: experiment.id,
    ...Object.fromEntries([...texts, ...jsons]),
    settings: JSON.stringify(jsonValue(settings)),
  };
}

/**
 * The definition that an Arrow file carries in its metadata; its sweep are the settings whose rows the file holds.
 * @throws TypeError naming what the metadata lacks.
 */
export function definitionFrom(metadata: {get(name: string): string | undefined}): Described {
  const text = (name: string): string => {
    const found = metadata.get(name);
    if (found === undefined) throw new TypeError(`definitionFrom: metadata must hold ${name}, got none`);
    return found;
  };
  const texts = TEXTS.map((name) => [name, text(name)]);
  const jsons = JSONS.map((name) => [name, JSON.parse(text(name))]);
  return {
    id: text("experiment"),
    ...Object.fromEntries([...texts, ...jsons]),
    sweep: JSON.parse(text("settings")),
  };
}

/** The path of a table below the folder of all tables: the main one is `FAMILY/NAME.arrow`, another `FAMILY/NAME.TABLE.arrow`. */
export function tablePath(id: string, table: string = MAIN_TABLE): string {
  return table === MAIN_TABLE ? `${id}.arrow` : `${id}.${table}.arrow`;
}
