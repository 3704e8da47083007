import {expect, test} from "vitest";
import {plainText, useSite} from "./site.js";

const site = useSite();

test("a row adds what it would multiply, and the widest head with tiles is told", async () => {
  const {page, complaints, close} = await site.open("mixers/other-mixers");
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
