import {Buffer} from "node:buffer";
import type {Page} from "playwright-core";
import {expect, test} from "vitest";
import {compose} from "../../src/lib/experiments/accel/compose.js";
import {formats} from "../../src/lib/formats/registry.js";
import {plainText, useSite} from "./site.js";

const site = useSite();
const path = "accelerators/compose";
const one = (page: Page) => page.locator("[data-experiment='accel/compose']:not(.answer)");
/** The opening, which shows what the composition costs. */
const opening = (page: Page) => page.locator(".answer");
const front = (page: Page) => page.locator("[data-experiment='accel/compose-front']:not(.answer)");
/** What the whole page shares. */
const bar = (page: Page) => page.getByRole("group", {name: "For the whole page"});
const chosen = (page: Page, label: string) =>
  one(page)
    .getByLabel(label, {exact: true})
    .evaluate((select) => (select as HTMLSelectElement).selectedOptions[0].text);

test("a machine chosen for one composition holds for all combinations, and in the address", async () => {
  const {page, complaints, close} = await site.open(path);
  await bar(page).getByLabel("Hardware", {exact: true}).selectOption({label: "NVIDIA H100 SXM"});
  await expect.poll(() => new URL(page.url()).search).toBe("?machine=h100-sxm");
  await front(page).locator(".status[data-state=live]").waitFor();
  await bar(page).getByLabel("Model", {exact: true}).selectOption({label: "Qwen2.5 7B"});
  await expect.poll(() => opening(page).locator("figcaption").first().textContent()).toContain("qwen2.5-7b");
  await expect.poll(() => opening(page).locator("figcaption").first().textContent()).toContain("h100-sxm");
  expect(complaints).toEqual([]);
  await close();
});

test("the figures of a composition are those of the library", async () => {
  const {page, close} = await site.open(`${path}?weights=razer&kv=int4&context=32768`);
  await one(page).locator(".status[data-state=live]").waitFor();
  const rows = await compose.run({weights: "razer", kv: "int4", context: 32768});
  const seconds = rows.filter(({step}) => step === "decode").reduce((sum, row) => sum + row.seconds!, 0);
  // The opening follows after the next paint.
  await expect
    .poll(() => plainText(opening(page).locator(".headline")))
    .toContain(`at least ${Number((1e3 * seconds).toPrecision(3))} ms`);
  await close();
});

test("what cannot be is refused with what would fit", async () => {
  const {page, close} = await site.open(`${path}?weights=fp16&batch=64`);
  const alert = opening(page).getByRole("alert");
  await alert.waitFor();
  expect(await alert.textContent()).toMatch(/> 24\.0 GB by .* fits with a context of at most \d+/);
  await close();
});

test("touching a combination explains it, and its link opens it as a composition", async () => {
  const {page, complaints, close} = await site.open(path);
  await front(page).scrollIntoViewIfNeeded();
  await front(page).locator(".picker select").selectOption({index: 5});
  const card = front(page).locator(".explain-card");
  const text = await card.textContent();
  const link = new URL(await card.getByRole("link").evaluate((a) => (a as HTMLAnchorElement).href));
  const weights = link.searchParams.get("weights");
  expect(text).toContain(weights);
  // Leaving ends what still loads, which is no complaint.
  expect(complaints).toEqual([]);
  await page.goto(link.href);
  await expect.poll(() => chosen(page, "Weights")).toBe(formats[weights as string].title);
  await close();
});

test("a config.json of the reader's own is costed in the browser and never sent", async () => {
  const {page, complaints, close} = await site.open(path);
  const config = {
    model_type: "llama",
    hidden_size: 1024,
    num_hidden_layers: 8,
    num_attention_heads: 16,
    intermediate_size: 2816,
    vocab_size: 32000,
  };
  await one(page).getByText("More parameters").click();
  await one(page)
    .getByLabel("config.json of your own, from a file")
    .setInputFiles({
      name: "config.json",
      mimeType: "application/json",
      buffer: Buffer.from(JSON.stringify(config)),
    });
  await one(page).locator(".status[data-state=live]").waitFor();
  const rows = await compose.run({config: JSON.stringify(config)});
  const weights = rows.find(({part}) => part === "weights")!.bytes!;
  await expect
    .poll(() => plainText(opening(page).locator(".memory")))
    .toContain(`weights ${Number((weights / 1e6).toPrecision(3))} MB`);
  await one(page).locator("textarea").first().fill("{");
  await one(page).locator(".status[data-state=failed]").waitFor();
  await expect
    .poll(() => one(page).locator(".status [role=status]").textContent())
    .toContain("config.json must be");
  expect(complaints).toEqual([]);
  await close();
});

test("a small product flows through the array cycle by cycle", async () => {
  const {page, close} = await site.open("accelerators/systolic-array?small.cycle=1");
  expect(await page.locator(".array .busy").count()).toBe(1);
  await page.getByLabel("Cycle", {exact: true}).fill("3");
  await expect.poll(() => page.locator(".array .busy").count()).toBe(6);
  await expect.poll(() => new URL(page.url()).search).toBe("?small.cycle=3");
  await close();
});
