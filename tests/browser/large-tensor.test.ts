import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, expect, test} from "vitest";
import {useSite} from "./site.js";

const site = useSite();
const SIDE = 4096;
/** Milliseconds in which a page's thread may be busy at once: far above 50 on a quiet machine, far below the work. */
const LONGEST = 2000;
const name = "model.layers.0.up.weight";

let folder: string;

/** A file of one matrix of 16 million numbers in BF16: signs and fractions change, exponents do not. */
function largeFile(): Uint8Array {
  const shape = {dtype: "BF16", shape: [SIDE, SIDE], data_offsets: [0, 2 * SIDE * SIDE]};
  const header = Buffer.from(JSON.stringify({[name]: shape}).padEnd(128));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const codes = new Uint16Array(SIDE * SIDE);
  for (let i = 0; i < codes.length; i++) codes[i] = ((i * 40_503) & 0x807f) | 0x3c00;
  return Buffer.concat([length, header, new Uint8Array(codes.buffer)]);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "paretoscope-large-"));
  writeFileSync(join(folder, "large.safetensors"), largeFile());
});

afterAll(() => rmSync(folder, {recursive: true, force: true}));

/** Keeps the milliseconds of every task of the page that takes 50 or more from now on. */
function countLongTasks(): void {
  const durations: number[] = [];
  new PerformanceObserver((list) => {
    for (const {duration} of list.getEntries()) durations.push(duration);
  }).observe({type: "longtask"});
  Object.assign(window, {durations});
}

test("a tensor of 16 million values is measured by a worker, with progress, while the page stays free", async () => {
  const {page, complaints, close} = await site.open("models/your-checkpoint");
  expect(page.workers()).toEqual([]);
  await page.evaluate(countLongTasks);
  await page.getByLabel("Files of a model of yours").setInputFiles(join(folder, "large.safetensors"));
  const status = page.locator(".checkpoint-status");
  // The share moves only where the worker tells of it.
  await expect
    .poll(() => status.locator("progress").evaluate((bar) => (bar as HTMLProgressElement).value))
    .toBeGreaterThan(0.05);
  expect(page.workers()).toHaveLength(1);
  const errors = page.locator(".report-section", {hasText: "Error by format and layer"}).first();
  await expect.poll(() => errors.textContent()).toContain("1 tensor");
  const durations = await page.evaluate(() => (window as unknown as {durations: number[]}).durations);
  expect(durations.filter((duration) => duration > LONGEST)).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
});

test("measuring a tensor of 16 million values ends with its worker where it is cancelled", async () => {
  const {page, complaints, close} = await site.open("models/your-checkpoint");
  await page.getByLabel("Files of a model of yours").setInputFiles(join(folder, "large.safetensors"));
  const status = page.locator(".checkpoint-status");
  await status.getByRole("button", {name: "Cancel"}).click();
  await expect.poll(() => status.textContent()).toContain("Ended.");
  await expect.poll(() => page.workers().length).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});
