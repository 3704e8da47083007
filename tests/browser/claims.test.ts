import {expect, test} from "vitest";
import {useSite} from "./site.js";

const site = useSite();

test("a count of the summary shows its claims, and the address keeps the filter", async () => {
  const {page, complaints, close} = await site.open("claims");
  const all = await page.locator(".claim").count();
  const button = page.locator(".claims-summary button[aria-label$=', differs']").first();
  const count = Number(await button.textContent());
  await button.click();
  await expect.poll(() => page.locator(".claim").count()).toBe(count);
  expect(count).toBeLessThan(all);
  await page.reload();
  await page.locator(".claim").first().waitFor();
  await expect.poll(() => page.locator(".claim").count()).toBe(count);
  expect(complaints).toEqual([]);
  await close();
});

test("a claim opens by keyboard to its paper, the reason and its numbers", async () => {
  const {page, close} = await site.open("claims", {width: 360});
  const claim = page.locator(".claim").first();
  await claim.locator("summary").focus();
  await page.keyboard.press("Enter");
  await claim.locator("tbody tr").first().waitFor();
  await expect.poll(() => claim.locator("a[href^='https://arxiv.org/abs/']").count()).toBe(1);
  await expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth))
    .toBeLessThanOrEqual(0);
  await close();
});

test("the link of a claim opens it, also where a filter hides it", async () => {
  const {page, close} = await site.open("claims?verdict=agrees#claim-h2o-loss");
  const claim = page.locator("#claim-h2o-loss[open]");
  await claim.locator("tbody tr").first().waitFor();
  expect(await claim.isVisible()).toBe(true);
  await close();
});

test("a ledger runs again under its own heading, made when it is opened", async () => {
  const {page, close} = await site.open("claims");
  expect(await page.locator("[data-experiment]").count()).toBe(0);
  await page.locator(".ledger-bench summary").first().click();
  await page.locator("[data-experiment='claims/number-formats']:not(.answer)").waitFor();
  await close();
});
