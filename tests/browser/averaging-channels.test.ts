import {expect, test} from "vitest";
import {useSite} from "./site.js";

const site = useSite();

test("pictures and channels are drawn, and time steps set apart part the mean channel from the mean", async () => {
  const {page, complaints, close} = await site.open("ssm/averaging-channels");
  await expect.poll(() => page.locator(".pictures canvas").count()).toBe(12);
  expect(await page.locator(".channel-maps canvas").count()).toBe(6);
  const hand = page.locator("section[aria-label='Three channels by hand']");
  await expect.poll(() => hand.locator("figcaption").textContent()).toMatch(/exactly the mean/);
  const steps = hand.getByRole("slider", {name: "Distance of the time steps"});
  await steps.focus();
  await page.keyboard.press("End");
  await expect.poll(() => hand.locator("figcaption").textContent()).toMatch(/differs from the mean/);
  expect(complaints).toEqual([]);
  await close();
});
