import type {Page} from "playwright-core";
import {describe, expect, test} from "vitest";
import {leadsPastNavigation, looksWell, opensWell, type PageLook, scrollThrough} from "./looks.js";
import {contradictions, letWorkers, moveAll, pressAll, tameWorkers, until} from "./moved-views.js";
import {pagePaths, settled, useSite} from "./site.js";

const site = useSite();

const DESK: PageLook = {width: 1280, scheme: "light"};
/** What a phone shows in light, 1280 px have shown in the same colours; and what they show in the dark, a phone. */
const PHONE: PageLook = {width: 360, scheme: "dark"};

// A page waits more than it works: a few at a time. Loading it is most of that, so one that is open is looked at in every
// way: the first page is opened at a desk and narrowed, the next one opened on a phone and widened, and so on.
describe.concurrent.each(pagePaths().map((path, i) => [path, i] as const))("page /%s", (path, i) => {
  test("opens well; is quiet, accessible and fits at 1280, 768 and 360 px, in light and dark; shows no figure that differs from its controls after cancel, error, reload or back", async () => {
    const [first, second] = i % 2 === 0 ? [DESK, PHONE] : [PHONE, DESK];
    const {page, complaints, close} = await site.open(path, {...first, before: tameWorkers});
    await leadsPastNavigation(page);
    await scrollThrough(page);
    for (const look of [first, second]) await (look === DESK ? atDesk(page) : looksWell(page, PHONE));
    // What all pages show at a desk alone is the frame.
    if (i === 0) await looksWell(page, {...DESK, scheme: "dark"}, "colours");
    // A cell that failed says so in its place, and not everywhere on the console.
    expect(await page.locator(".observablehq--error").allTextContents()).toEqual([]);
    expect(complaints).toEqual([]);
    if ((await page.locator(".workbench").count()) > 0) {
      await staysConsistent(page);
      await comesBackConsistent(page, i % 4 < 2 ? "reload" : "back");
    }
    await close();
  });
});

async function atDesk(page: Page): Promise<void> {
  await looksWell(page, DESK);
  await page.evaluate(() => window.scrollTo(0, 0));
  await opensWell(page);
  await looksWell(page, {...DESK, width: 768}, "none");
}

async function staysConsistent(page: Page): Promise<void> {
  await page.locator(".workbench .setting:not(:empty)").first().waitFor({state: "attached"});
  expect(await contradictions(page)).toEqual([]);

  // What is shown while a run lasts needs none that works: others test real ones to their end.
  await letWorkers(page, "wait");
  await moveAll(page);
  expect(await contradictions(page), "before it runs").toEqual([]);
  await until(page, "begun");
  expect(await contradictions(page), "while it runs").toEqual([]);
  await pressAll(page);
  expect(await contradictions(page), "after cancel").toEqual([]);

  await letWorkers(page, "fail");
  await moveAll(page);
  await until(page, "ended");
  expect(await contradictions(page), "after an error").toEqual([]);
  await pressAll(page);
  expect(await contradictions(page), "back from the error").toEqual([]);
  await until(page, "without failures");
}

/** Loads the page in the state that its controls were moved to; nothing need run for that. */
async function comesBackConsistent(page: Page, how: "reload" | "back"): Promise<void> {
  await letWorkers(page, "wait");
  await moveAll(page);
  if (how === "reload") await page.reload();
  else {
    await page.goto("about:blank");
    await page.goBack();
  }
  await settled(page);
  expect(await contradictions(page), `after ${how}`).toEqual([]);
}

test("follows the colour scheme of the reader", async () => {
  const {page, close} = await site.open("", {scheme: "light"});
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  expect(await ground()).toBe("rgb(253, 252, 249)");
  await page.emulateMedia({colorScheme: "dark"});
  await page.reload();
  expect(await ground()).toBe("rgb(21, 23, 27)");
  await close();
});

test("the navigation opens on a narrow screen without a script of its own", async () => {
  const {page, close} = await site.open("", {width: 360});
  const link = page.locator("#pages a").first();
  expect(await link.isVisible()).toBe(false);
  await page.getByRole("button", {name: "Pages"}).click();
  await link.click();
  await page.waitForURL(/formats\//);
  await close();
});
