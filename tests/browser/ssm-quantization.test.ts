import type {Page} from "playwright-core";
import {expect, test} from "vitest";
import {useSite} from "./site.js";

const site = useSite();
const path = "ssm/quantizing";
const bench = (page: Page, id: string) => page.locator(`[data-experiment='ssm/${id}']:not(.answer)`);

test("a larger value makes the steps coarser, and clipping brings the others back", async () => {
  const {page, complaints, close} = await site.open(`${path}?clip.largest=200`);
  const byHand = page.locator("[aria-label='A scan input in int8']");
  const off = async () => {
    const text = (await byHand.locator(".drawing p").textContent()) ?? "";
    const [, whole, clipped] = /off by ([\d.]+) on average; with clipped steps by ([\d.]+),/.exec(text)!;
    return [Number(whole), Number(clipped)] as const;
  };
  const [whole, clipped] = await off();
  expect(whole).toBeGreaterThan(0.2);
  expect(clipped).toBeLessThan(whole);
  const slider = byHand.locator("input[type=range]").first();
  await slider.focus();
  await slider.press("Home");
  expect((await off())[0]).toBeLessThan(0.01);
  expect(complaints).toEqual([]);
  await close();
});

test("shows where values stand out, what mends them, and what it leaves in how many bytes", async () => {
  const {page, complaints, close} = await site.open(path);
  expect(await bench(page, "outliers").locator("svg.strip").count()).toBe(4 * 6);
  const repairs = bench(page, "tensor-errors").locator("table.repairs");
  const better = async (method: string) =>
    (await repairs
      .locator("tbody tr", {hasText: new RegExp(`^\\s*${method}`)})
      .first()
      .textContent()) ?? "";
  expect(await better("static")).not.toContain("▲");
  expect(await better("hadamard")).toContain("▲");
  const setups = await bench(page, "quantization").locator("table.quality tbody th").allTextContents();
  expect(setups).toContain("float16");
  expect(setups).toContain("quamba2 W4A8");
  expect(complaints).toEqual([]);
  await close();
});

test("another percentile is run in the browser", async () => {
  const {page, complaints, close} = await site.open(
    `${path}?mends.methods=static,clip&mends.documents=1&mends.alpha=0.99`,
  );
  const errors = bench(page, "tensor-errors");
  await errors.locator(".status[data-state=live]").waitFor();
  expect(await errors.locator("table.repairs tbody tr").count()).toBe(2);
  expect(complaints).toEqual([]);
  await close();
});

test("a fold stays closed until it is opened, by hand, by a link that sets its content, or to be embedded", async () => {
  const {page, complaints, close} = await site.open(path);
  const strips = bench(page, "outliers");
  await strips.waitFor({state: "attached"});
  expect(await strips.isVisible()).toBe(false);
  await page.getByText("Tensors of every layer, channel by channel").click();
  await expect.poll(() => strips.isVisible()).toBe(true);
  await page.goto(site.url(`${path}?state.methods=static,clip`));
  await bench(page, "packed-state").locator(".svg-chart").waitFor();
  await expect.poll(() => strips.isVisible()).toBe(false);
  await page.goto(site.url("embed/quantizing?figure=state.all-1"));
  await page.locator(".embed-shown .svg-chart").waitFor();
  await expect.poll(() => page.locator("summary:visible").count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});
