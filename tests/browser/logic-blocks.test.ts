import {expect, test} from "vitest";
import {plainText, useSite} from "./site.js";

const site = useSite();

test("a circuit by hand is packed anew in both blocks, and refuses what is no constant", async () => {
  const {page, complaints, close} = await site.open("accelerators/logic-blocks");
  const hand = page.getByRole("region", {name: "A circuit by hand"});
  await expect.poll(() => plainText(hand.locator("figcaption"))).toMatch(/whole sum for 32 of 32/);
  await hand.getByRole("textbox", {name: "Constants"}).fill("3, 300");
  await expect.poll(() => plainText(hand)).toMatch(/Constants must be one to eight whole numbers/);
  await hand.getByRole("textbox", {name: "Constants"}).fill("3, 5");
  await expect.poll(() => plainText(hand.locator("figcaption"))).toMatch(/^4 rows/);
  const effects = page.locator("[data-experiment='accel/logic-blocks']:not(.answer)");
  await effects.locator(".status[data-state=shipped]").waitFor();
  expect(await plainText(effects)).toMatch(/Kratos-like: [\d.]+ % less area, modelled/);
  expect(complaints).toEqual([]);
  await close();
});
