import {type ChildProcess, spawn} from "node:child_process";
import {existsSync, readFileSync} from "node:fs";
import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {type MeasuredPart, measureWork} from "../../../src/cli/quantize/measure-work.js";
import {withGivenColumns} from "../../../src/lib/experiment/table.js";
import {ownFile} from "../../../src/lib/experiments/formats/own-file.js";
import {writeSafetensors} from "../../../src/lib/io/safetensors-writer.js";
import {rowsToCsv} from "../../../src/lib/io/table-text.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";

const FORMATS = ["int4", "razer"];
let folder = "";
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "measure-"));
  const stream = randomStream(1, "measure");
  const data = draws(2 ** 16, stream.normal);
  const tensors = Array.from({length: 12}, (_, i) => ({name: `w${i}`, shape: [256, 256], data}));
  await writeFile(at("model.safetensors"), writeSafetensors(tensors));
});
afterAll(() => rm(folder, {recursive: true}));

function start(...args: string[]): ChildProcess & {readonly said: () => string} {
  const child = spawn(process.execPath, ["--import", "tsx", "src/cli/main.ts", "quantize", ...args]);
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  return Object.assign(child, {said: () => said});
}
const ended = (child: ChildProcess) => new Promise((resolve) => child.once("close", resolve));

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** The table of a run that is never ended. */
async function wholeTable(): Promise<string> {
  const parts: MeasuredPart[] = [];
  const part = async (each: unknown) => void parts.push(each as MeasuredPart);
  const options = {path: at("model.safetensors"), formats: FORMATS, importance: null, known: []};
  await measureWork(options, {progress: () => {}, part});
  const {convention: _, weighedError: __, ...columns} = ownFile.columns;
  const rows = parts.flatMap(({rows: own}) => own.map((row) => ({...row, provenance: "measured"})));
  return rowsToCsv(withGivenColumns(columns), rows);
}

describe("quantize with --out", () => {
  test("goes on after a kill with nothing lost, to the bytes of a run that was never ended", async () => {
    const [out, journal] = [at("cut.csv"), at("cut.csv.journal")];
    const call = [at("model.safetensors"), "--formats", FORMATS.join(), "--out", out];
    const first = start(...call);
    await until(() => existsSync(journal) && readFileSync(journal, "utf8").split("\n").length > 3);
    first.kill("SIGKILL");
    await ended(first);
    expect(existsSync(out)).toBe(false);
    const kept = readFileSync(journal, "utf8").split("\n").length - 2;
    const second = start(...call);
    expect(await ended(second)).toBe(0);
    const taken = Number(/goes on with an unfinished run: (\d+) tensors/.exec(second.said())?.[1]);
    expect(taken).toBeGreaterThanOrEqual(kept);
    expect(await readFile(out, "utf8")).toBe(await wholeTable());
    expect(existsSync(journal)).toBe(false);
  }, 60_000);
});
