/** Looks at an open page as it stands: what it says of itself, and whether it fits and can be read by everyone. */
import type {Page} from "playwright-core";
import {expect} from "vitest";
import {type AxeRules, axeViolations, settled} from "./site.js";

export interface PageLook {
  readonly width: number;
  readonly scheme: "light" | "dark";
}

/** Waits for frames: in the first a page hears of its new size, in the next it shows what it drew for that. */
const framesPainted = (page: Page, count: number): Promise<void> =>
  page.evaluate(async (count) => {
    for (let frame = 0; frame < count; frame++)
      await new Promise((resolve) => requestAnimationFrame(resolve));
  }, count);

/** Shows the page at a width in a colour scheme, until nothing moves any more. */
async function take(page: Page, {width, scheme}: PageLook): Promise<void> {
  await page.setViewportSize({width, height: 900});
  await page.emulateMedia({colorScheme: scheme});
  await framesPainted(page, 2);
  await settled(page);
  await page.evaluate(async () => {
    const inTime = document.getAnimations().filter(({timeline}) => timeline === document.timeline);
    const ending = inTime.filter(({effect}) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({finished}) => finished));
  });
}

/** Holds a page to its language, title, policy and first figure. */
export async function opensWell(page: Page): Promise<void> {
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
}

/** Holds a page that nobody has touched to leading past its navigation with the first Tab. */
export async function leadsPastNavigation(page: Page): Promise<void> {
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the page");
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
}

/** Holds a page to fit a look and to be accessible in it. */
export async function looksWell(page: Page, look: PageLook, rules: AxeRules | "none" = "all"): Promise<void> {
  const where = `${look.width} px, ${look.scheme}`;
  await take(page, look);
  if (rules !== "none") expect(await axeViolations(page, rules), where).toEqual([]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow, where).toBeLessThanOrEqual(0);
  expect(await cutOff(page), where).toEqual([]);
}

/** Tables that are wider than their place and whose edge does not fade. */
const cutOff = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    Array.from(document.querySelectorAll("main table"), (table) => table.parentElement!)
      // In a closed fold nothing scrolls yet.
      .filter((place) => place.checkVisibility())
      .filter((place) => place.scrollWidth > place.clientWidth + 1)
      .filter((place) => Number.parseFloat(getComputedStyle(place).getPropertyValue("--more")) < 16)
      .map((place) => place.getAttribute("aria-label") ?? place.outerHTML.slice(0, 100)),
  );

/** Brings every part of a page into view once: what comes late counts too. */
export async function scrollThrough(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let top = 0; top < document.documentElement.scrollHeight; top += 700) {
      window.scrollTo(0, top);
      for (let frame = 0; frame < 2; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  });
  await settled(page);
}
