import {expect, test} from "vitest";
import {plainText, useSite} from "./site.js";

const site = useSite();

test("longer chunks leave fewer keys, and the shipped table is there at once", async () => {
  const {page, complaints, close} = await site.open("mixers/chunks-instead-of-tokens");
  const hand = page.getByRole("region", {name: "One layer by hand"});
  expect(await hand.locator("figcaption").textContent()).toMatch(/^The last of 16 tokens sees 7 keys/);
  await hand.getByRole("spinbutton", {name: "Tokens of a chunk"}).fill("8");
  await expect
    .poll(() => hand.locator("figcaption").textContent())
    .toMatch(/^The last of 16 tokens sees 5 keys/);
  const bench = page.locator("[data-experiment='mixers/attamba']:not(.answer)");
  await bench.locator(".status[data-state=shipped]").waitFor();
  expect(await plainText(bench)).toMatch(/As trained it answers [\d.]+ % of what a document determines/);
  expect(complaints).toEqual([]);
  await close();
});
