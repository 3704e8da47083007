import type {DataSource} from "./run-worker.js";

/** Data sets by name from the files of a page: what a worker needs to load them itself. */
export function modelData(
  files: Readonly<Record<string, {readonly href: string}>>,
): Readonly<Record<string, DataSource>> {
  return Object.fromEntries(Object.entries(files).map(([name, {href}]) => [name, {file: href}]));
}
