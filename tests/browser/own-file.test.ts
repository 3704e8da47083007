import {readFileSync} from "node:fs";
import type {Page} from "playwright-core";
import {expect, test} from "vitest";
import {writeSafetensors} from "../../src/lib/io/safetensors-writer.js";
import {useSite} from "./site.js";
import {smallLlama} from "./small-llama.js";

const site = useSite();
const path = "models/your-checkpoint";
const weights = Float32Array.from({length: 64 * 64}, (_, i) => Math.fround(Math.sin(i) * (1 + (i % 7))));
const EVIL = "model.layers.0.<b>up</b>.weight";

/** A file of matrices, each of 64 rows of 64 numbers. */
const fileOf = (names: readonly string[]) =>
  writeSafetensors(names.map((name) => ({name, dtype: "F32" as const, shape: [64, 64], data: weights})));

function openFile(page: Page, buffer: Uint8Array, name = "mine.safetensors"): Promise<void> {
  const file = {name, mimeType: "application/octet-stream", buffer: Buffer.from(buffer)};
  return page.getByLabel("Files of a model of yours").setInputFiles(file);
}

const section = (page: Page, title: string) => page.locator(".report-section", {hasText: title}).first();

test("before a file is chosen the report of a model of our own stands there", async () => {
  const {page, complaints, close} = await site.open(path);
  expect(await section(page, "Perplexity and KL divergence").locator("svg .mark").count()).toBeGreaterThan(5);
  expect(await page.locator(".report-of").textContent()).toContain("decoder-large");
  expect(complaints).toEqual([]);
  await close();
});

test("a file of one's own is measured, planned and saved as one page, and nothing of it leaves this one", async () => {
  const {page, complaints, close} = await site.open(path);
  const before = site.requests.length;
  await openFile(page, fileOf([EVIL, "model.layers.1.up.weight"]));
  await page.getByRole("button", {name: "Save the report as one page"}).waitFor();
  const plan = section(page, "The plan");
  await expect.poll(() => plan.textContent()).toContain("No other choice of these options is better");
  // A name from a file is text, whatever it says.
  await expect.poll(() => plan.textContent()).toContain(EVIL);
  await expect.poll(() => page.locator(".report b").count()).toBe(0);
  await expect.poll(() => section(page, "Error by format and layer").textContent()).toContain("2 tensors");
  const [saved] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", {name: "Save the report as one page"}).click(),
  ]);
  expect(readFileSync(await saved.path(), "utf8")).toContain("default-src 'none'");
  // Code of the site was asked for; nothing was sent, and no address tells a name of the file.
  const asked = site.requests.slice(before);
  expect(asked.filter((request) => !request.startsWith("GET "))).toEqual([]);
  expect(asked.filter((request) => /mine|layers/.test(request.split(" ")[1]))).toEqual([]);
  expect(complaints).toEqual([]);
  await page.reload();
  await expect.poll(() => page.locator(".report-of").textContent()).toContain("decoder-large");
  await close();
});

test("a model of another vocabulary is run on a text that the reader types", async () => {
  const {page, complaints, close} = await site.open(path);
  await page.getByText("Formats to choose from").click();
  await page.locator(".drop .boxes input:checked").evaluateAll((boxes) => {
    for (const box of boxes as HTMLInputElement[]) box.click();
  });
  await page.getByLabel("Q8_0", {exact: true}).check();
  const words = Array.from({length: 90}, (_, i) => `${1000 + 37 * i}`).join(" ");
  await page.getByLabel("A text to run the model on").fill(words);
  const files = Object.entries(smallLlama()).map(([name, bytes]) => ({
    name,
    mimeType: "application/octet-stream",
    buffer: Buffer.from(bytes),
  }));
  await page.getByLabel("Files of a model of yours").setInputFiles(files);
  await page.getByRole("button", {name: "Save the report as one page"}).waitFor();
  const quality = await section(page, "Perplexity and KL divergence by format").textContent();
  expect(quality).toMatch(/As it is the model has a perplexity of \d/);
  expect(complaints).toEqual([]);
  await close();
});

/** Keeps what is asked of a page's workers until it is let through. */
function gatedWorkers(): void {
  const post = Worker.prototype.postMessage;
  const gate = {asked: 0, kept: [] as (() => void)[], letThrough: () => gate.kept.shift()?.()};
  Worker.prototype.postMessage = function (this: Worker, ...message: [unknown]) {
    gate.asked++;
    gate.kept.push(() => post.apply(this, message));
  };
  Object.assign(window, {gate});
}

interface Gated {
  readonly gate: {readonly asked: number; letThrough(): void};
}

test("a run waits where it is held up, goes on, and ends where it is cancelled", async () => {
  const {page, complaints, close} = await site.open(path);
  const asked = () => page.evaluate(() => (window as unknown as Gated).gate.asked);
  const letThrough = () => page.evaluate(() => (window as unknown as Gated).gate.letThrough());
  const status = page.locator(".checkpoint-status");
  await page.evaluate(gatedWorkers);
  await openFile(page, fileOf(["model.layers.0.up.weight"]));
  await expect.poll(asked).toBe(1);
  await page.getByRole("button", {name: "Pause"}).click();
  await expect.poll(() => status.textContent()).toContain("Paused as soon as the piece that runs is done.");
  await letThrough();
  await status.getByText("Paused.", {exact: true}).waitFor();
  await expect.poll(() => asked()).toBe(1);
  await page.getByRole("button", {name: "Go on"}).click();
  await expect.poll(asked).toBe(2);
  await page.getByRole("button", {name: "Cancel"}).click();
  await letThrough();
  await expect.poll(() => status.textContent()).toContain("Ended.");
  expect(complaints).toEqual([]);
  await close();
});

test("a file that is none of tensors is refused with a reason", async () => {
  const {page, complaints, close} = await site.open(path);
  const files: Readonly<Record<string, Uint8Array>> = {
    empty: new Uint8Array(),
    "cut-off": new Uint8Array([9, 0, 0, 0, 0, 0, 0, 0, 123]),
    "huge-header": new Uint8Array([255, 255, 255, 255, 255, 255, 31, 0, 123, 125]),
    "no-json": new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 33, 33]),
  };
  for (const [name, bytes] of Object.entries(files)) {
    await openFile(page, bytes, `${name}.safetensors`);
    const problem = page.locator(".own-file [role=alert]", {
      hasText: `${name}.safetensors could not be read: `,
    });
    await problem.waitFor();
    await expect.poll(() => problem.textContent()).toMatch(/could not be read: .{10,}/);
  }
  expect(complaints).toEqual([]);
  await close();
});
