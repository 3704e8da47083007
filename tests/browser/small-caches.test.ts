import {expect, test} from "vitest";
import {useSite} from "./site.js";

const site = useSite();

test("a reader changes what caches are judged by, touches a mark and finds its formula", async () => {
  const {page, complaints, close} = await site.open("kv/small-caches");
  const bench = page.locator("[data-experiment='kv/small-caches']:not(.answer)");
  await bench.locator(".chart .picker").waitFor();
  expect(await bench.locator(".chart svg [data-key]").count()).toBeGreaterThan(30);
  await bench.getByLabel("Cost", {exact: true}).selectOption("read, long text");
  await expect.poll(() => new URL(page.url()).searchParams.get("axes.cost")).toBe("read, long text");
  await expect.poll(() => bench.locator(".chart figcaption").textContent()).toContain("modelled");
  await bench.getByLabel("Explain a point").selectOption({label: "KIVI 2 bit"});
  const card = bench.locator(".explain-card");
  await expect.poll(() => card.textContent()).toContain("arXiv:2402.02750");
  await expect.poll(() => card.textContent()).toContain("width · (bits + 32 / 32) / 8");
  expect(complaints).toEqual([]);
  await close();
});

test("the advice follows the model without a run", async () => {
  const {page, close} = await site.open("kv/small-caches?axes.quality=retrieval+accuracy");
  const bench = page.locator("[data-experiment='kv/small-caches']:not(.answer)");
  const advice = bench.locator("table.advice tbody");
  await advice.waitFor();
  const before = await advice.textContent();
  await page
    .getByRole("group", {name: "For the whole page"})
    .getByLabel("Model", {exact: true})
    .selectOption("decoder-small-outliers");
  await expect.poll(() => advice.textContent()).not.toBe(before);
  await expect.poll(() => bench.locator(".status").getAttribute("data-state")).toBe("shipped");
  await close();
});

test("a token of the twin with outliers comes back from each cache", async () => {
  const {page, close} = await site.open("kv/small-caches?token.model=decoder-small-outliers");
  const bench = page.locator("[data-experiment='kv/one-token']:not(.answer)");
  await bench.locator("table.one-token").waitFor();
  expect(await bench.locator("table.one-token tbody tr").count()).toBeGreaterThan(10);
  expect(await bench.locator("tr", {hasText: "K-sort BFP4"}).locator("td").count()).toBe(17);
  await close();
});
