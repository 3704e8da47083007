import {expect, test} from "vitest";
import {plainText, useSite} from "./site.js";

const site = useSite();

test("the map leads to pages, a value goes through every switch, and the bits of matrices are shown", async () => {
  const {page, complaints, close} = await site.open("formats/map");
  const map = page.locator(".format-map");
  await expect.poll(() => map.getByRole("link", {name: "Block scaling"}).count()).toBe(1);
  const hand = page.getByRole("region", {name: "One value through every switch"});
  await hand.getByRole("spinbutton", {name: "Value"}).fill("2.6");
  await expect.poll(() => plainText(hand.locator("figcaption"))).toMatch(/2\.6 becomes code 15 of 16/);
  await hand.getByRole("combobox", {name: "Levels"}).selectOption("lloyd");
  await expect.poll(() => plainText(hand.locator("table"))).toMatch(/16 levels/);
  await expect.poll(() => page.getByRole("group", {name: "Bits of each matrix"}).count()).toBe(1);
  expect(complaints).toEqual([]);
  await close();
});
