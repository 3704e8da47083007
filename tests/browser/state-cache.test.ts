import type {Page} from "playwright-core";
import {expect, test} from "vitest";
import {plainText, useSite} from "./site.js";

const site = useSite();
const bench = (page: Page, id: string) => page.locator(`[data-experiment='ssm/${id}']:not(.answer)`);

test("a fifth fact spoils the first four in four numbers, which by themselves come back", async () => {
  const {page, complaints, close} = await site.open("ssm/state-against-cache?hand.facts=5");
  const hand = page.getByRole("region", {name: "Eight facts in four numbers"});
  expect(await hand.locator("figcaption").textContent()).toMatch(/^4 of 5 values come back wrong/);
  await hand.getByRole("spinbutton", {name: "Facts written"}).fill("4");
  await expect.poll(() => hand.locator("figcaption").textContent()).toMatch(/^All 4 values come back/);
  expect(complaints).toEqual([]);
  await close();
});

test("the shipped tables are there at once, and hold no time", async () => {
  const {page, complaints, close} = await site.open("ssm/state-against-cache");
  const cost = bench(page, "state-against-cache");
  await cost.locator(".status[data-state=shipped]").waitFor();
  expect(await cost.textContent()).toContain("Mamba2's state as much as 146 of its tokens");
  expect(await cost.textContent()).toContain("operations for one more grow by these factors");
  await bench(page, "forgetting").locator(".status[data-state=shipped]").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("time is measured in the reader's browser where it is asked for", async () => {
  const {page, complaints, close} = await site.open(
    "ssm/state-against-cache?cost.models=mamba1-small&cost.longest=1024&cost.measureTime=true",
  );
  const cost = bench(page, "state-against-cache");
  await cost.locator(".status[data-state=live]").waitFor();
  expect(await plainText(cost)).toMatch(/On this machine, from 16 to 1024 tokens: Mamba [\d.]+ to [\d.]+ ms/);
  expect(complaints).toEqual([]);
  await close();
});
