import type {Page} from "playwright-core";
import {expect, test} from "vitest";
import {useSite} from "./site.js";

const site = useSite();
const bench = (page: Page, id: string) => page.locator(`[data-experiment='models/${id}']:not(.answer)`);

test("a prompt that a reader types is answered in the browser", async () => {
  const {page, complaints, close} = await site.open("models/inside-the-model");
  const inside = bench(page, "inside");
  await page.getByLabel("Prompt", {exact: true}).first().fill("fact wolf silver candle . query wolf");
  await inside.locator(".status[data-state=live]").waitFor();
  await expect.poll(() => page.locator(".coming li").first().textContent()).toContain("silver");
  await expect.poll(() => inside.locator(".map").count()).toBe(4);
  await expect.poll(() => new URL(page.url()).hash).toMatch(/^#texts=/);
  expect(complaints).toEqual([]);
  await close();
});

test("a word that the model does not know is named, and the next prompt works again", async () => {
  const {page, close} = await site.open("models/inside-the-model");
  const inside = bench(page, "inside");
  const prompt = page.getByLabel("Prompt", {exact: true}).first();
  await prompt.fill("fact platypus amber plum");
  await inside.locator(".status[data-state=failed]").waitFor();
  await expect
    .poll(() => inside.locator(".status").textContent())
    .toMatch(/word 2 must be one of the 256 .* "platypus"/);
  await prompt.fill("fact otter amber");
  await inside.locator(".status[data-state=live]").waitFor();
  await close();
});

test("an evaluation of many formats shows how far it is and ends when it is told to", async () => {
  const {page, complaints, close} = await site.open("models/formats-on-a-working-model");
  const quality = bench(page, "formats-on-model");
  const figures = quality.locator("table.quality tbody tr");
  const shipped = await figures.count();
  expect(shipped).toBeGreaterThan(10);
  await quality.getByRole("button", {name: "Run it here"}).click();
  const progress = quality.locator("progress");
  await expect.poll(() => progress.evaluate((bar: HTMLProgressElement) => bar.value)).toBeGreaterThan(0);
  await quality.getByRole("button", {name: "Cancel"}).click();
  await quality.locator(".status[data-state=shipped]").waitFor();
  await expect.poll(() => figures.count()).toBe(shipped);
  expect(complaints).toEqual([]);
  await close();
});

test("one sentence in another format adds up by hand", async () => {
  const {page, close} = await site.open(
    "models/formats-on-a-working-model?sentence.format=mxint2&sentence.sentence=query+otter",
  );
  const sentence = bench(page, "one-sentence");
  await sentence.locator(".status[data-state=live]").waitFor();
  const costs = await sentence.locator("tbody tr td:nth-child(3)").allTextContents();
  const total = await sentence.locator("tfoot td:nth-child(3)").textContent();
  expect(costs).toHaveLength(2);
  expect(Math.abs(Number(costs[0]) + Number(costs[1]) - Number(total))).toBeLessThan(0.02);
  await close();
});

test("a setting that takes long shows the nearest rows veiled and named, and cancelling restores the controls", async () => {
  const {page, complaints, close} = await site.open("models/formats-on-a-working-model?documents=9");
  const quality = bench(page, "formats-on-model");
  const note = quality.locator(".stale-note");
  expect(await quality.locator(".svg-chart [data-key]").count()).toBeGreaterThan(10);
  expect(await note.textContent()).toContain("Documents for each seed 8");
  expect(await quality.locator(".stale").count()).toBe(1);
  await quality.getByRole("button", {name: "Cancel"}).click();
  await expect.poll(() => note.isVisible()).toBe(false);
  await expect.poll(() => new URL(page.url()).search).toBe("");
  await expect
    .poll(() => quality.getByLabel("Documents for each seed", {exact: true}).inputValue())
    .toBe("8");
  expect(complaints).toEqual([]);
  await close();
});
