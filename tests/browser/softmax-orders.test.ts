import {expect, test} from "vitest";
import {plainText, useSite} from "./site.js";

const site = useSite();

test("equal shares keep workers busy by hand, and trained heads agree in every order", async () => {
  const {page, complaints, close} = await site.open("accelerators/softmax-orders");
  const hand = page.getByRole("region", {name: "One step by hand"});
  await expect.poll(() => plainText(hand.locator("figcaption"))).toMatch(/5 workers does 6 tiles/);
  await hand.getByRole("spinbutton", {name: "Workers"}).fill("3");
  await expect.poll(() => plainText(hand.locator("figcaption"))).toMatch(/3 workers does 9 tiles, and 100 %/);
  const bench = page.locator("[data-experiment='reductions/orders']:not(.answer)");
  await bench.locator(".status[data-state=shipped]").waitFor();
  expect(await plainText(bench)).toMatch(/No order differs from plain softmax/);
  expect(complaints).toEqual([]);
  await close();
});
