import type {Option, Param} from "./params.js";

/** A record that a choice offers by its id. */
type Named = {readonly id: string} & (
  | {readonly label: string}
  | {readonly title: string}
  | {readonly name: string}
);

/** Names of options by their ids, as their records have them: what controls show of a choice among records. */
export const optionNames = (records: Iterable<Named>): Readonly<Record<string, string>> =>
  Object.fromEntries(Array.from(records, (record) => [record.id, nameOf(record)]));

function nameOf(record: Named): string {
  if ("label" in record) return record.label;
  return "title" in record ? record.title : record.name;
}

/** The words for an option: its name, or the option itself where it has none. */
export const optionText = (param: Param, option: Option): string =>
  ("names" in param ? param.names?.[option] : undefined) ?? String(option);
