import type {Page} from "playwright-core";
import {expect, test} from "vitest";
import {settled, useSite} from "./site.js";

const site = useSite();
const path = "kv/which-tokens-matter";
const bench = (page: Page, id: string) =>
  page.locator(`[data-experiment='attention/${id}']:not(.answer)`).first();

test("a prompt that a reader types is answered under every policy, and a step back changes what is kept", async () => {
  const {page, complaints, close} = await site.open(path);
  const prompt = bench(page, "prompt");
  const strips = prompt.locator(".told");
  const shipped = await strips.count();
  expect(shipped).toBeGreaterThan(5);
  const typed =
    "fact goat copper silver . quiet river carries light across open valley . fact wolf silver candle . small house stands far away . query wolf";
  await prompt.getByLabel("Prompt", {exact: true}).fill(typed);
  await prompt.locator(".status[data-state=live]").waitFor();
  await expect.poll(() => strips.count()).toBe(shipped);
  await expect
    .poll(() => strips.first().locator(".block-facts").textContent())
    .toContain("writes silver candle");
  await expect.poll(() => strips.nth(1).locator(".right").count()).toBe(1);
  const kept = strips.nth(1).locator(".told-word.kept");
  const before = await kept.allTextContents();
  await prompt.getByLabel(/^Step/).first().focus();
  await strips.first().locator(".told-word", {hasText: "valley"}).click();
  await expect.poll(() => strips.first().locator(".told-word.now").textContent()).toBe("valley");
  await expect.poll(() => kept.allTextContents()).not.toEqual(before);
  await expect.poll(() => new URL(page.url()).searchParams.get("view.step")).toBe("12");
  expect(complaints).toEqual([]);
  await close();
});

test("a word that the model does not know is named", async () => {
  const {page, close} = await site.open(`${path}?prompt=fact+platypus`);
  const status = bench(page, "prompt").locator(".status[data-state=failed]");
  await status.waitFor();
  expect(await status.textContent()).toMatch(/word 2 must be one of the 256 .* "platypus"/);
  await close();
});

test("the keyboard turns a query until another page matters more", async () => {
  const {page, close} = await site.open(path);
  const pages = page.locator(".explorable[aria-label='A box around a page']");
  const finding = pages.locator("figcaption");
  await page.getByText("Which page does a query select").click();
  await expect.poll(() => finding.textContent()).toContain("Quest picks page 2");
  await expect.poll(() => finding.textContent()).toContain("The released score picks page 1");
  const slider = pages.getByLabel("Query, first number, slider");
  await slider.focus();
  await page.keyboard.press("End");
  await expect.poll(() => finding.textContent()).toContain("Quest picks page 1");
  await expect.poll(() => slider.evaluate((element) => element === document.activeElement)).toBe(true);
  await expect.poll(() => new URL(page.url()).searchParams.get("pages.x")).toBe("2");
  await close();
});

test("the link to the large model opens what the tables hold of it", async () => {
  const {page, complaints, close} = await site.open(path);
  await page.getByRole("link", {name: "the large one", exact: true}).first().click();
  await page.waitForURL(/cost\.model=decoder-large/);
  await settled(page);
  for (const id of ["policies", "heads"]) {
    const states = page.locator(`[data-experiment='attention/${id}']:not(.answer) .status`);
    await states.first().waitFor();
    const found = () =>
      states.evaluateAll((all) => [...new Set(all.map((each) => (each as HTMLElement).dataset.state))]);
    await expect.poll(found).toEqual(["shipped"]);
  }
  expect(complaints).toEqual([]);
  await close();
});

test("two sections look at one run: a control moved in one moves the other, and one worker answers both", async () => {
  const {page, complaints, close} = await site.open("");
  await page.addInitScript(() => {
    const counted = window as unknown as {workers: number};
    counted.workers = 0;
    window.Worker = new Proxy(window.Worker, {
      construct(target, given) {
        counted.workers++;
        return Reflect.construct(target, given);
      },
    });
  });
  await page.goto(site.url(path));
  const views = page.locator("[data-experiment='attention/policies']");
  const whole = page.getByRole("region", {name: "Which tokens matter", exact: true});
  const frames = views.getByLabel("Protocol", {exact: true});
  await expect.poll(() => frames.count()).toBe(2);
  await frames.first().selectOption({label: "eviction"});
  await expect.poll(() => frames.nth(1).inputValue()).toBe(await frames.first().inputValue());
  await expect.poll(() => new URL(page.url()).search).toBe("?cost.frame=eviction");
  // The link of the opening opens the fold that it leads to.
  await page.getByRole("link", {name: "All settings, rows and downloads"}).click();
  await whole.getByRole("button", {name: "Run it here"}).click();
  await whole.locator(".status[data-state=running]").waitFor();
  await expect.poll(() => page.evaluate(() => (window as unknown as {workers: number}).workers)).toBe(1);
  await whole.getByRole("button", {name: "Cancel"}).click();
  await whole.locator(".status[data-state=shipped]").waitFor();
  expect(complaints).toEqual([]);
  await close();
});
