import {readFileSync} from "node:fs";
import type {Page} from "playwright-core";
import {expect, test} from "vitest";
import {useSite} from "./site.js";

const site = useSite();
const path = "accelerators/roofline";
const bench = (page: Page) => page.locator("[data-experiment='accel/roofline']:not(.answer)");
const marks = (page: Page, figure: number) =>
  bench(page).locator(".plot-area").nth(figure).locator("[data-key]");
/** Whether the plotting library was asked for. */
const asked = (page: Page) =>
  page.evaluate(() => performance.getEntriesByType("resource").some(({name}) => name.includes("plotly.js")));

test("a pointer gets a mark's numbers, the other figure shows the same thing, and nothing is exchanged", async () => {
  const {page, complaints, close} = await site.open(path);
  const drawing = await bench(page).locator(".svg-chart").first().elementHandle();
  const mark = bench(page).locator(".plot-area").first().locator("[data-key=q]");
  await mark.hover({force: true});
  const tip = bench(page).locator(".tooltip").first();
  await tip.waitFor();
  await expect.poll(() => tip.textContent()).toMatch(/modelled.*FLOP per byte.*TFLOP\/s/);
  await expect.poll(() => bench(page).locator(".plot-area").nth(1).locator(".pointed").count()).toBe(1);
  await mark.click({force: true});
  await bench(page).locator(".explain-card").first().waitFor();
  expect(await drawing?.evaluate((element) => element.isConnected)).toBe(true);
  await expect.poll(() => asked(page)).toBe(false);
  expect(complaints).toEqual([]);
  await close();
});

test("the keyboard goes from mark to mark and chooses one", async () => {
  const {page, close} = await site.open(path);
  await bench(page).locator(".plot-area").first().locator("[data-key][tabindex='0']").focus();
  await page.keyboard.press("Home");
  const first = await page.evaluate(() => document.activeElement?.getAttribute("data-key"));
  await page.keyboard.press("ArrowRight");
  const second = await page.evaluate(() => document.activeElement?.getAttribute("data-key"));
  expect(second).not.toBe(first);
  await expect.poll(() => bench(page).locator(".tooltip").first().isVisible()).toBe(true);
  await page.keyboard.press("Enter");
  await expect.poll(() => bench(page).locator(".explain-card").first().textContent()).toContain(second);
  await expect.poll(() => marks(page, 0).and(page.locator("[tabindex='0']")).count()).toBe(1);
  await close();
});

test("the picture has question, key, kinds, finding and the address of its state", async () => {
  const {page, close} = await site.open(`${path}?batch=64`);
  await bench(page).locator(".status:not([data-state=running])").waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    bench(page).getByRole("button", {name: "Download picture"}).first().click(),
  ]);
  expect(download.suggestedFilename()).toBe("which-operators-are-bound-by-memory.svg");
  const text = readFileSync(await download.path(), "utf8");
  for (const part of [
    "bound by memory?",
    "integers",
    "modelled: by a cost model",
    "takes at least",
    "batch=64",
  ])
    expect(text).toContain(part);
  expect(text).not.toMatch(/var\(|class=/);
  await close();
});

test("the plotting library comes with Explore, over the whole page, with the rows of the points", async () => {
  const {page, complaints, close} = await site.open(path);
  expect(await asked(page)).toBe(false);
  await bench(page).getByRole("button", {name: "Explore"}).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.locator(".main-svg").first().waitFor();
  await expect.poll(() => asked(page)).toBe(true);
  await expect.poll(() => dialog.locator("tbody tr").count()).toBeGreaterThan(5);
  const width = await dialog.evaluate((element) => element.getBoundingClientRect().width);
  expect(width).toBeGreaterThan(1200);
  const ticks = () => dialog.locator(".xtick").allTextContents();
  const before = await ticks();
  await dialog.getByLabel("intensity, logarithmic").uncheck();
  await expect.poll(ticks).not.toEqual(before);
  await page.keyboard.press("Escape");
  await dialog.waitFor({state: "detached"});
  expect(complaints).toEqual([]);
  await close();
});
