/** Settings that were run but stand in no kept table yet: a file a process, a line a setting. */
import {randomUUID} from "node:crypto";
import {appendFile, mkdir, readdir, readFile, rm} from "node:fs/promises";
import {dirname, join} from "node:path";
import {runFromLine, runToLine, type SettingRun} from "./setting-run.js";

/** Writes finished settings of one experiment; each is whole on disk when its promise is fulfilled. */
export type Journal = (run: SettingRun) => Promise<void>;

/** A line that is to be written, and who waits for it. */
interface Waiting {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Opens a journal of this process in a folder of kept tables: a killed process loses what it was running, no more. */
export function openJournal(folder: string, id: string): Journal {
  const file = `${pathOf(folder, id)}.${process.pid}-${randomUUID().slice(0, 8)}.jsonl`;
  let waiting: Waiting[] = [];
  let isWriting = false;
  async function write(): Promise<void> {
    isWriting = true;
    // What finishes while lines are written goes together into the next write. By the file's name: where a finished table
    // has taken the file away it begins anew.
    while (waiting.length > 0) {
      const lines = waiting;
      waiting = [];
      try {
        await mkdir(dirname(file), {recursive: true});
        await appendFile(file, lines.map(({line}) => `${line}\n`).join(""));
        for (const {resolve} of lines) resolve();
      } catch (error) {
        for (const {reject} of lines) reject(error);
      }
    }
    isWriting = false;
  }
  return (run) =>
    new Promise((resolve, reject) => {
      waiting.push({line: runToLine(run), resolve, reject});
      if (!isWriting) void write();
    });
}

/** Journals of an experiment, and the settings that they hold. */
export interface Journals {
  readonly files: readonly string[];
  readonly runs: readonly SettingRun[];
}

/** Reads all journals of an experiment. The end of one whose process was killed while it wrote is left out. */
export async function readJournals(folder: string, id: string): Promise<Journals> {
  const path = pathOf(folder, id);
  const names = await readdir(dirname(path)).catch(() => []);
  const prefix = `${path.slice(dirname(path).length + 1)}.`;
  const files = names
    .filter((name) => name.startsWith(prefix) && name.endsWith(".jsonl"))
    .map((name) => join(dirname(path), name))
    .sort();
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  return {files, runs: texts.flatMap((text) => text.split("\n").slice(0, -1).map(runFromLine))};
}

/** Removes journals whose settings stand in a kept table now. */
export async function removeJournals({files}: Journals): Promise<void> {
  await Promise.all(files.map((file) => rm(file, {force: true})));
}

function pathOf(folder: string, id: string): string {
  return join(folder, ".pending", id);
}
