import {expect, test} from "vitest";
import {plainText, useSite} from "./site.js";

const site = useSite();

test("a kernel by hand is tested on other inputs, and what stays is listed", async () => {
  const {page, complaints, close} = await site.open("accelerators/wrong-kernels");
  const hand = page.getByRole("region", {name: "A wrong kernel by hand"});
  await expect.poll(() => plainText(hand.locator("figcaption"))).toMatch(/all 256 tests pass/);
  await hand.getByRole("combobox", {name: "Inputs"}).selectOption({label: "boundary values"});
  await expect.poll(() => plainText(hand.locator("figcaption"))).toMatch(/gives other numbers/);
  expect(await hand.locator("pre mark").count()).toBe(1);
  const bench = page.locator("[data-experiment='accel/wrong-kernels']:not(.answer)");
  await bench.locator(".status[data-state=shipped]").waitFor();
  expect(await plainText(bench)).toMatch(/wrong kernels pass every series of tests/);
  expect(complaints).toEqual([]);
  await close();
});
