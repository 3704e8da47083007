import {expect, test} from "vitest";
import {plainText, useSite} from "./site.js";

const site = useSite();

test("chance rounds a value to both neighbours, and the trainings end in a table", async () => {
  const {page, complaints, close} = await site.open("formats/training-in-four-bits");
  const hand = page.getByRole("region", {name: "Rounding by hand"});
  await hand.getByRole("spinbutton", {name: "Value"}).fill("2.5");
  await expect.poll(() => plainText(hand.locator("figcaption"))).toMatch(/2\.5 is always 2; by chance/);
  await expect.poll(() => page.getByRole("group", {name: "Final losses"}).count()).toBe(2);
  expect(complaints).toEqual([]);
  await close();
});

test("exponents have codes, and a tree of any number of workers writes the same texts", async () => {
  const {page, complaints, close} = await site.open("formats/lossless-and-still-smaller");
  await expect.poll(() => page.getByRole("group", {name: "Codes of exponents"}).count()).toBe(1);
  const bench = page.locator("[data-experiment='decoding/order-of-sums']");
  await bench.locator(".status[data-state=shipped]").waitFor();
  expect(await plainText(bench)).toMatch(/the same for every number of workers/);
  expect(complaints).toEqual([]);
  await close();
});
