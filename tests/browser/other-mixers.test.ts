import {expect, test} from "vitest";
import {plainText, useSite} from "./site.js";

const site = useSite();

test("a row adds what it would multiply, and the widest head with tiles is told", async () => {
  const {page, complaints, close} = await site.open("mixers/recurrence-without-attention");
  const hand = page.getByRole("region", {name: "One row by hand"});
  const before = await hand.locator("figcaption").textContent();
  expect(before).toMatch(/of 8 inputs are added or subtracted/);
  await hand.getByRole("spinbutton", {name: "Numbers drawn"}).fill("2");
  await expect.poll(() => hand.locator("figcaption").textContent()).not.toBe(before);
  const forms = page.locator("[data-experiment='mixers/flash-rnn']");
  await forms.locator(".status[data-state=shipped]").waitFor();
  expect(await plainText(forms)).toMatch(/tiles for heads of up to \d+ channels here/);
  expect(complaints).toEqual([]);
  await close();
});

test("pairs and codes are weighed by hand", async () => {
  const {page, complaints, close} = await site.open("mixers/attention-over-codes-and-pairs");
  const pairs = page.getByRole("region", {name: "One query by hand"});
  await expect.poll(() => plainText(pairs.locator("figcaption"))).toMatch(/says (yes|no)/);
  await pairs.getByRole("spinbutton", {name: "Sharpness"}).fill("1");
  await expect.poll(() => plainText(pairs.locator("figcaption"))).toMatch(/which is right/);
  const codes = page.getByRole("region", {name: "Six keys by hand"});
  await expect.poll(() => plainText(codes.locator("figcaption"))).toMatch(/Weights sum to 1,/);
  const bench = page.locator("[data-experiment='mixers/ecoformer']:not(.answer)");
  await bench.locator(".status[data-state=shipped]").waitFor();
  expect(await plainText(bench)).toMatch(/In all layers at once/);
  expect(complaints).toEqual([]);
  await close();
});
