/** Place, date and duration of the run of one setting of a shipped table. */
export interface Ran {
  /** Class of the machine. */
  readonly machine: string;
  /** Version of Node. */
  readonly node: string;
  /** Day, as 2026-01-31. */
  readonly date: string;
  readonly seconds: number;
}

/** Machine, version of Node and day once, for the settings that share them. */
interface RanRecord {
  readonly on: readonly Omit<Ran, "seconds">[];
  readonly settings: readonly (readonly [seconds: number, on: number])[];
}

/** The text that holds, in the metadata of a table, how each of its settings was run. */
export function ranToText(settings: readonly Ran[]): string {
  const texts = settings.map(({machine, node, date}) => JSON.stringify({machine, node, date}));
  const on = [...new Set(texts)];
  const record: RanRecord = {
    on: on.map((text) => JSON.parse(text)),
    settings: settings.map(({seconds}, i) => [seconds, on.indexOf(texts[i])]),
  };
  return JSON.stringify(record);
}

/** Reads what `ranToText` wrote. */
export function ranFromText(text: string): Ran[] {
  const {on, settings}: RanRecord = JSON.parse(text);
  return settings.map(([seconds, index]) => ({...on[index], seconds}));
}
