import {expect, test} from "vitest";
import {PAGE_GROUPS} from "../../src/components/frame/site-pages.js";
import {techniqueEntries} from "../../src/data/glossary.js";
import {axeViolations, settled, useSite} from "./site.js";

const site = useSite();

test("the search opens with a key, finds a paper and leads to it below any path", async () => {
  const {page, complaints, close} = await site.open("accelerators/roofline");
  await page.keyboard.press("/");
  await page.locator("#search input").waitFor();
  await page.keyboard.type("2402.02750");
  await page.locator("#search li").first().waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toMatch(/KIVI/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/some\/deep\/path\/glossary#caches-kivi$/);
  expect(complaints).toEqual([]);
  await close();
});

test("the search loads neither its index nor its library before it is opened", async () => {
  const {page, close} = await site.open("about");
  const loaded = await page.evaluate(() => performance.getEntriesByType("resource").map(({name}) => name));
  expect(loaded.filter((name) => /minisearch|search\.json/.test(name))).toEqual([]);
  await close();
});

test("the search shows every technique by its name, its ids and its papers", async () => {
  const {page, close} = await site.open("about");
  await page.keyboard.press("/");
  await page.locator("#search input").fill("int4");
  await page.locator("#search li").first().waitFor();
  const asked = techniqueEntries.flatMap(({id, name, also, technique}) => {
    const papers = technique?.source.match(/\d{4}\.\d{5}/g) ?? [];
    return [name, ...also, ...papers].map((query) => ({id, query}));
  });
  // A paper may have more techniques than a list shows: one of them must be there.
  const missing = await page.evaluate(
    async (queries) => {
      const field = document.querySelector<HTMLInputElement>("#search input");
      if (field === null) return ["there is no field"];
      const lost: string[] = [];
      for (const {query, ids} of queries) {
        field.value = query;
        field.dispatchEvent(new Event("input", {bubbles: true}));
        await new Promise((resolve) => setTimeout(resolve));
        await Promise.resolve();
        const shown = Array.from(document.querySelectorAll<HTMLAnchorElement>("#search li a"), ({hash}) =>
          hash.slice(1),
        );
        if (!ids.some((id) => shown.includes(id))) lost.push(query);
      }
      return lost;
    },
    Array.from(new Set(asked.map(({query}) => query)), (query) => ({
      query,
      ids: asked.filter((each) => each.query === query).map(({id}) => id),
    })),
  );
  expect(missing).toEqual([]);
  await close();
});

test("a chosen colour scheme holds on the next page, before anything is painted, and auto follows the system again", async () => {
  const {page, close} = await site.open("about", {scheme: "light", isApart: true});
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await ground();
  await page.locator("#theme").click();
  await page.locator("#theme").click();
  await expect.poll(() => page.locator("#theme").textContent()).toBe("Dark");
  const dark = await ground();
  expect(dark).not.toBe(light);
  await page.goto(site.url("claims"), {waitUntil: "commit"});
  await page.waitForSelector("#theme", {state: "attached"});
  expect(await ground()).toBe(dark);
  await page.locator("#theme").click();
  await expect.poll(ground).toBe(light);
  expect(await page.context().cookies()).toEqual([]);
  await close();
});

test("a term shows its definition to the focus and to the pointer, and Escape hides it", async () => {
  const {page, close} = await site.open("formats/choose");
  const term = page.locator("a.term").first();
  const note = page.locator("#definition");
  await term.focus();
  await expect.poll(() => note.textContent()).toBe(await term.getAttribute("data-definition"));
  await expect.poll(() => term.getAttribute("aria-describedby")).toBe("definition");
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect.poll(() => note.isVisible()).toBe(false);
  await term.hover();
  await note.hover();
  await expect.poll(() => note.isVisible()).toBe(true);
  await close();
});

test("labels of controls, axes and columns show their definitions to the pointer and to the focus", async () => {
  const {page, complaints, close} = await site.open("models/formats-on-a-working-model");
  const note = page.locator("#definition");
  const bench = page.locator("[data-experiment='models/formats-on-model']:not(.answer)");
  const axis = bench.locator(".svg-chart .axis.term").first();
  await axis.scrollIntoViewIfNeeded();
  await axis.hover();
  await expect.poll(() => note.textContent()).toMatch(/\w+/);
  await page.keyboard.press("Escape");
  await expect.poll(() => note.isVisible()).toBe(false);
  const label = bench.locator(".controls label .term").first();
  await label.focus();
  await expect.poll(() => note.isVisible()).toBe(true);
  await expect.poll(() => note.textContent()).toBe(await label.getAttribute("data-definition"));
  expect(await axeViolations(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
});

test("contents stand at the side of a wide window, and the end of a page leads on", async () => {
  const {page, close} = await site.open("formats/choose", {width: 1440});
  expect(await page.locator("#observablehq-toc a").first().isVisible()).toBe(true);
  await page.locator("#observablehq-footer a[rel=next]").click();
  const pages = PAGE_GROUPS.flatMap((group) => group.pages);
  const next = pages[1 + pages.findIndex(({path}) => path === "/formats/choose")];
  await page.waitForURL((url) => url.pathname.endsWith(next.path));
  await close();
});

test("the ways in open pages that complain about nothing", async () => {
  const {page, complaints, close} = await site.open("");
  const ways = await page
    .locator(".ways-in a")
    .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href));
  expect(ways).toHaveLength(3);
  for (const way of ways) {
    await page.goto(way);
    await settled(page);
    expect(await page.getByText("The address says").count(), way).toBe(0);
    const {hash} = new URL(way);
    if (hash !== "") expect(await page.locator(hash).count(), way).toBe(1);
  }
  expect(complaints).toEqual([]);
  await close();
});
