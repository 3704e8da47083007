/** What an unfinished run has measured, kept beside its output: a line of JSON for the run, and one for each tensor. */
import {appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync} from "node:fs";
import type {TensorRow} from "../../lib/quant/measure-tensor.js";
import {changedFile, type FileState} from "./model-files.js";

/** What must be the same for a run to go on. */
export interface RunIdentity {
  readonly package: string;
  readonly formats: readonly string[];
  readonly files: readonly FileState[];
  /** The file that tells importance, or null. */
  readonly importance: FileState | null;
}

/** An open journal. */
export interface Journal {
  /** Rows by their tensors: of the run that this one goes on with, and what was kept since. */
  readonly known: ReadonlyMap<string, readonly TensorRow[]>;
  /** The reason why an older journal was put aside, or null. */
  readonly anew: string | null;
  /** Keeps the rows of a tensor: they are on disk when it returns. @throws Error naming the journal. */
  keep(tensor: string, rows: readonly TensorRow[]): void;
  /** Removes the file: all is in the output. */
  finish(): void;
}

const VERSION = 2;

/** The journal's place beside the output. */
export const journalPath = (out: string): string => `${out}.journal`;

/**
 * Opens the journal of `out`, or begins one where there is none for this run.
 * @throws Error naming a file in its place that is no journal, or one that cannot be written.
 */
export function openJournal(out: string, identity: RunIdentity): Journal {
  const path = journalPath(out);
  const [head, ...lines] = completeLines(path);
  const anew = head === undefined ? null : whyAnew(path, head, identity);
  if (head === undefined || anew !== null) {
    writeFileSync(
      path,
      `${JSON.stringify({paretoscope: "quantize journal", version: VERSION, ...identity})}\n`,
    );
  }
  const known = new Map(anew === null ? lines.map(entryOf) : []);
  return {
    known,
    anew,
    keep(tensor, rows) {
      const line = JSON.stringify([tensor, rows], withInfinities);
      append(path, `${line}\n`);
      // As it will be read back: a run that was interrupted and one that was not give the same bytes.
      known.set(...entryOf(line));
    },
    finish: () => rmSync(path, {force: true}),
  };
}

/** Appends a line, whole or not at all: what a full disk left of one is cut off. */
function append(path: string, line: string): void {
  try {
    appendFileSync(path, line, {flush: true});
  } catch (error) {
    throw new Error(`${path} could not be written: ${(error as Error).message}`);
  }
}

/** The lines of the file that end; what a kill left of a last one is cut off. None if there is no file. */
function completeLines(path: string): string[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  const end = bytes.lastIndexOf(10) + 1;
  if (end < bytes.length) truncateSync(path, end);
  return bytes.subarray(0, end).toString("utf8").split("\n").slice(0, -1);
}

function whyAnew(path: string, head: string, now: RunIdentity): string | null {
  const before = headOf(path, head);
  if (before.version !== VERSION || before.package !== now.package)
    return "it is of another version of paretoscope";
  if (before.formats.join() !== now.formats.join())
    return `it is of other formats, ${before.formats.join(", ")}`;
  const weighing = changedFile(listOf(before.importance), listOf(now.importance));
  if (weighing !== undefined) return `its importance is another: ${weighing}`;
  const changed = changedFile(before.files, now.files);
  return changed === undefined ? null : `${changed} since`;
}

const listOf = (file: FileState | null): readonly FileState[] => (file === null ? [] : [file]);

/** @throws Error if the file is no journal: it may be somebody's work. */
function headOf(path: string, line: string): RunIdentity & {readonly version: number} {
  try {
    const head = JSON.parse(line);
    if (head.paretoscope === "quantize journal" && Array.isArray(head.formats) && Array.isArray(head.files))
      return head;
  } catch {
    // Said below.
  }
  throw new Error(
    `quantize: ${path} must be the journal of an unfinished run, got another file. Move it away.`,
  );
}

const entryOf = (line: string): [string, TensorRow[]] => JSON.parse(line, fromInfinities);

/** JSON has no infinities, and the error of an exact copy is one, in decibels. */
const withInfinities = (_: string, value: unknown): unknown =>
  value === Number.POSITIVE_INFINITY
    ? {infinity: 1}
    : value === Number.NEGATIVE_INFINITY
      ? {infinity: -1}
      : value;

const fromInfinities = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && "infinity" in value
    ? Number(value.infinity) * Number.POSITIVE_INFINITY
    : value;
