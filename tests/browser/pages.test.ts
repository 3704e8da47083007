import type {Page} from "playwright-core";
import {describe, expect, test} from "vitest";
import {axeViolations, pagePaths, settled, useSite} from "./site.js";

const site = useSite();

// A page waits more than it works: a few at a time.
describe.concurrent.each(pagePaths())("page /%s", (path) => {
  test("says its language and title, shows its first figure at once, lets nothing but this origin in, leads past the navigation with the first Tab; at 1280 px it is quiet, accessible and fits, in light and in dark", async () => {
    const {page, context, complaints} = await site.open(path, {scheme: "light"});
    await opensWell(page);
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await looksWell(page, ["light", "dark"]);
    await page.setViewportSize({width: 768, height: 900});
    expect(await cutOff(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  // What a phone shows in light, 1280 px have shown in the same colours.
  test("is quiet, accessible and fits at 360 px, in dark", async () => {
    const {page, context, complaints} = await site.open(path, {width: 360, scheme: "dark"});
    await looksWell(page, ["dark"]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

async function opensWell(page: Page): Promise<void> {
  const top = await page.evaluate(() => {
    const figure = document.querySelector("main :is(figure, .svg-chart, .drawing, .sized)");
    return figure === null ? 0 : figure.getBoundingClientRect().top + window.scrollY;
  });
  expect(top).toBeLessThan(700);
  expect(await page.getAttribute("html", "lang")).toBe("en");
  expect(await page.title()).toMatch(/Paretoscope/);
  expect(await page.locator("h1").count()).toBe(1);
  const policy = await page.getAttribute("meta[http-equiv=Content-Security-Policy]", "content");
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'self'");
  expect(policy).not.toContain("'unsafe-eval'");
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the page");
}

async function looksWell(page: Page, schemes: readonly ("light" | "dark")[]): Promise<void> {
  // Plots come when they are scrolled to; what comes late counts too.
  await scrollThrough(page);
  for (const [i, colorScheme] of schemes.entries()) {
    await page.emulateMedia({colorScheme});
    await page.waitForTimeout(200);
    // A second scheme changes colours alone.
    expect(await axeViolations(page, i === 0 ? "all" : "colours"), colorScheme).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  }
  expect(await cutOff(page)).toEqual([]);
  // A cell that failed says so in its place, and not everywhere on the console.
  expect(await page.locator(".observablehq--error").allTextContents()).toEqual([]);
}

test("follows the colour scheme of the reader", async () => {
  const grounds = [];
  for (const scheme of ["light", "dark"] as const) {
    const {page, context} = await site.open("", {scheme});
    grounds.push(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor));
    await context.close();
  }
  expect(grounds).toEqual(["rgb(253, 252, 249)", "rgb(21, 23, 27)"]);
});

test("the navigation opens on a narrow screen without a script of its own", async () => {
  const {page, context} = await site.open("", {width: 360});
  const link = page.locator("#pages a").first();
  expect(await link.isVisible()).toBe(false);
  await page.getByRole("button", {name: "Pages"}).click();
  await link.click();
  await page.waitForURL(/formats\//);
  await context.close();
});

/** Tables that are wider than their place and whose edge does not fade. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    Array.from(document.querySelectorAll("main table"), (table) => table.parentElement!)
      // In a closed fold nothing scrolls yet.
      .filter((place) => place.checkVisibility())
      .filter((place) => place.scrollWidth > place.clientWidth + 1)
      .filter((place) => Number.parseFloat(getComputedStyle(place).getPropertyValue("--more")) < 16)
      .map((place) => place.getAttribute("aria-label") ?? place.outerHTML.slice(0, 100)),
  );
}

async function scrollThrough(page: Page): Promise<void> {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  for (let top = 0; top < height; top += 700) {
    await page.evaluate((y) => window.scrollTo(0, y), top);
    await page.waitForTimeout(60);
  }
  await settled(page);
  await page.waitForTimeout(300);
}
