import {createServer} from "node:http";
import type {AddressInfo} from "node:net";
import type {Page} from "playwright-core";
import {expect, test} from "vitest";
import {axeViolations, copiedText, useSite} from "./site.js";

const site = useSite();
const path = "formats/block-scaling";
const bench = (page: Page) => page.locator("[data-experiment='formats/block-scale']:not(.answer)");

/** Serves one page of a stranger's at an origin of its own. */
async function strangersPage(html: string): Promise<{readonly url: string; close(): void}> {
  const server = createServer((_, response) =>
    response.writeHead(200, {"content-type": "text/html"}).end(html),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close()};
}

test("the code that is copied shows that figure in its state on another page, and no other page may be framed", async () => {
  const {page, close} = await site.open(`${path}?scale.distribution=laplace`);
  const code = await copiedText(page, bench(page).getByRole("button", {name: "Embed", exact: true}).first());
  expect(code).toMatch(
    /^<iframe src="[^"]*\/embed\/block-scaling\?scale\.distribution=laplace&amp;guess=skip&amp;figure=/,
  );
  const framed = await strangersPage(
    `<title>x</title>${code}<iframe id="whole" src="${site.url(path)}"></iframe>`,
  );
  await page.goto(framed.url);
  const inside = page.frameLocator("iframe").first();
  await inside.locator(".embed-shown svg.svg-chart").waitFor();
  await expect.poll(() => inside.locator("figure:visible").count()).toBe(1);
  expect((await inside.locator("h1").boundingBox())?.width).toBeLessThanOrEqual(1);
  const link = await inside.locator(".embed-source a").getAttribute("href");
  expect(link).toContain(`/${path}?scale.distribution=laplace`);
  await expect.poll(() => page.frameLocator("#whole").locator("#observablehq-main").count()).toBe(0);
  framed.close();
  await close();
});

test("an embedded figure is accessible, and a name that no figure has shows the way to the page", async () => {
  const {page, complaints, close} = await site.open("embed/block-scaling?figure=scale.all-1");
  await page.locator(".embed-shown svg.svg-chart").waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.goto(site.url("embed/block-scaling?figure=%22%3E%3Cb%3E"));
  await page.locator(".embed-source a").waitFor();
  await expect.poll(() => page.locator("figure:visible").count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});

test("a figure fills the screen and comes back", async () => {
  const {page, close} = await site.open(path);
  const figure = bench(page).locator("figure.chart").first();
  await figure.getByRole("button", {name: "Full screen"}).click();
  await expect.poll(() => figure.evaluate((element) => document.fullscreenElement === element)).toBe(true);
  await figure.getByRole("button", {name: "Leave full screen"}).click();
  await expect.poll(() => page.evaluate(() => document.fullscreenElement)).toBe(null);
  await close();
});

test("paper has findings, figures and settings, and nothing to press, on white whatever the screen is", async () => {
  const {page, close} = await site.open(path, {scheme: "dark"});
  await page.emulateMedia({media: "print"});
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await expect.poll(() => page.locator("main :is(button, input, select):visible").count()).toBe(0);
  await expect.poll(() => bench(page).locator(".svg-chart").first().isVisible()).toBe(true);
  await expect.poll(() => bench(page).locator("figcaption").first().isVisible()).toBe(true);
  await expect.poll(() => bench(page).locator(".setting").textContent()).toMatch(/Values: /);
  const paper = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--ink"));
  await expect.poll(paper).toBe("#1c1f24");
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await expect.poll(paper).not.toBe("#1c1f24");
  await close();
});
