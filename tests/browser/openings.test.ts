import {expect, test} from "vitest";
import {useSite} from "./site.js";

const site = useSite();

test("the opening of a page shows its finding and its figure at once, and moves with the full view below", async () => {
  const {page, complaints, close} = await site.open("models/formats-on-a-working-model");
  const opening = page.locator(".answer");
  expect(await opening.locator("figcaption").textContent()).toMatch(/Pareto-optimal are/);
  const {y = 0} = (await opening.locator(".plot-area").boundingBox()) ?? {};
  expect(y).toBeLessThan(700);
  const before = await opening.locator("figcaption").textContent();
  await page
    .locator(".workbench:not(.answer)")
    .getByLabel("Method", {exact: true})
    .first()
    .selectOption("GPTQ");
  await expect.poll(() => opening.locator("figcaption").textContent()).not.toBe(before);
  const href = await opening.locator(".more a").getAttribute("href");
  await expect.poll(() => page.locator(href ?? "none").count()).toBe(1);
  expect(complaints).toEqual([]);
  await close();
});

test("the bar of a page moves every part that has its parameter, and stays in view", async () => {
  const path = "models/formats-on-a-working-model";
  const {page, close} = await site.open(path);
  const bar = page.locator(".shared-bar");
  expect(await page.getByLabel("Model", {exact: true}).count()).toBe(1);
  await bar.getByLabel("Model", {exact: true}).selectOption("decoder-small-outliers");
  await page
    .locator("[data-experiment='models/one-sentence']:not(.answer) .status[data-state=live]")
    .waitFor();
  await expect.poll(() => new URL(page.url()).search).toBe("?model=decoder-small-outliers");
  await page.evaluate(() => window.scrollTo(0, 2500));
  const box = await bar.boundingBox();
  expect(box?.y).toBeLessThan(10);
  await close();
});

test("a guess uncovers its figure, says whether it was right, and stays in the address", async () => {
  const {page, complaints, close} = await site.open("accelerators/systolic-array");
  const guess = page.locator(".guess");
  expect(await guess.locator(".guess-cover").evaluate((cover: HTMLElement) => cover.inert)).toBe(true);
  await guess.getByRole("button", {name: "less than a tenth"}).click();
  await expect.poll(() => guess.locator(".verdict").textContent()).toMatch(/^(Yes|No), .*\s%/);
  await expect
    .poll(() => guess.locator(".guess-cover").evaluate((cover: HTMLElement) => cover.inert))
    .toBe(false);
  await page.reload();
  await expect
    .poll(() => guess.getByRole("button", {name: "less than a tenth"}).getAttribute("aria-pressed"))
    .toBe("true");
  await expect.poll(() => guess.evaluate((element) => element.classList.contains("open"))).toBe(true);
  expect(complaints).toEqual([]);
  await close();
});

test("steps play, pause and go on by keyboard; a reader who wants little motion has no playing", async () => {
  const {page, close} = await site.open("accelerators/systolic-array");
  const player = page.locator(".player").first();
  const cycle = () => page.locator(".systolic .block-facts span").first().textContent();
  await player.getByRole("button", {name: "First step"}).click();
  await expect.poll(cycle).toBe("cycle 1");
  await page.keyboard.press("ArrowRight");
  await expect.poll(cycle).toBe("cycle 2");
  // Time passes as the test lets it.
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000);
  await player.getByRole("button", {name: "Play", exact: true}).click();
  await expect.poll(cycle).toBe("cycle 3");
  await page.clock.runFor(1000);
  await expect.poll(cycle).toBe("cycle 4");
  await player.getByRole("button", {name: "Pause"}).click();
  await page.clock.runFor(10_000);
  expect(await cycle()).toBe("cycle 4");
  await page.clock.resume();
  await page.emulateMedia({reducedMotion: "reduce"});
  await page.reload();
  await expect.poll(() => player.getByRole("button", {name: "Play", exact: true}).count()).toBe(0);
  await player.getByRole("button", {name: "Step on"}).click();
  await close();
});
