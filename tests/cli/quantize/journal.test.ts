import {appendFile, mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, beforeEach, describe, expect, test} from "vitest";
import {journalPath, openJournal, type RunIdentity} from "../../../src/cli/quantize/journal.js";
import type {TensorRow} from "../../../src/lib/quant/measure-tensor.js";

let folder = "";
let out = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "journal-"));
  out = join(folder, "report.csv");
});
beforeEach(() => rm(journalPath(out), {force: true}));
afterAll(() => rm(folder, {recursive: true}));

const run: RunIdentity = {
  package: "1.0.0",
  formats: ["int4", "mxfp4"],
  files: [{name: "model.safetensors", bytes: 100, modified: 5}],
  importance: null,
};
const row = (tensor: string, change: Partial<TensorRow> = {}): TensorRow => ({
  tensor,
  format: "int4",
  elements: 4,
  measuredElements: 4,
  bitsPerElement: 4.5,
  mse: 0,
  sqnrDb: Number.POSITIVE_INFINITY,
  cosine: 1,
  mseStandardError: 0,
  maxAbsError: 0,
  weighedError: null,
  outlierShare: null,
  note: null,
  ...change,
});

describe("the journal of an unfinished run", () => {
  test("gives back what was kept, infinities too, when the same run goes on", () => {
    const first = openJournal(out, run);
    expect([first.anew, first.known.size]).toEqual([null, 0]);
    first.keep("a", [row("a"), row("a", {sqnrDb: Number.NEGATIVE_INFINITY, note: "line\nof \u2028 text"})]);
    first.keep("__proto__", [row("__proto__")]);
    const {anew, known} = openJournal(out, run);
    expect(anew).toBeNull();
    expect([...known]).toEqual([...first.known]);
    expect(known.get("a")?.[1].sqnrDb).toBe(Number.NEGATIVE_INFINITY);
  });

  test("loses only the tensor whose line a kill cut off, and goes on behind the last whole one", async () => {
    openJournal(out, run).keep("a", [row("a")]);
    await appendFile(journalPath(out), '["b",[{"tensor":"b","form');
    const second = openJournal(out, run);
    expect([...second.known.keys()]).toEqual(["a"]);
    second.keep("b", [row("b")]);
    expect([...openJournal(out, run).known.keys()]).toEqual(["a", "b"]);
  });

  test.each<[string, Partial<RunIdentity>, string]>([
    ["other formats", {formats: ["int4"]}, "it is of other formats, int4, mxfp4"],
    [
      "another importance",
      {importance: {name: "text.txt", bytes: 9, modified: 5}},
      "its importance is another: text.txt is new",
    ],
    ["another version", {package: "1.0.1"}, "it is of another version of paretoscope"],
    [
      "a file of another size",
      {files: [{name: "model.safetensors", bytes: 99, modified: 5}]},
      "model.safetensors has changed since",
    ],
    [
      "a file written again",
      {files: [{name: "model.safetensors", bytes: 100, modified: 6}]},
      "model.safetensors has changed since",
    ],
    [
      "a file more",
      {files: [...run.files, {name: "b.safetensors", bytes: 1, modified: 1}]},
      "b.safetensors is new since",
    ],
    ["a file less", {files: []}, "model.safetensors is gone since"],
  ])("begins anew for %s, and says why", (_, change, reason) => {
    openJournal(out, run).keep("a", [row("a")]);
    const anew = openJournal(out, {...run, ...change});
    expect([anew.anew, anew.known.size]).toEqual([reason, 0]);
    expect(openJournal(out, {...run, ...change}).anew).toBeNull();
  });

  test("is gone when the run is finished", async () => {
    const journal = openJournal(out, run);
    journal.finish();
    await expect(readFile(journalPath(out))).rejects.toThrow("ENOENT");
  });

  test.each(["somebody's notes\n", '{"paretoscope":"recipe"}\n', "[1]\n", "null\n"])(
    "takes no other file for one: %j",
    async (text) => {
      await writeFile(journalPath(out), text);
      expect(() => openJournal(out, run)).toThrow(
        "must be the journal of an unfinished run, got another file",
      );
      expect(await readFile(journalPath(out), "utf8")).toBe(text);
    },
  );
});
