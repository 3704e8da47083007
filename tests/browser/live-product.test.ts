import {expect, test} from "vitest";
import {plainText, useSite} from "./site.js";

const site = useSite();

/** Longer than packing and a few products take on a machine that is busy with other work. */
const patient = {timeout: 90_000};

test("a product on the page on speed runs in WebAssembly, and where WebGPU is refused too, with the reason", async () => {
  const {page, close} = await site.open("benchmarks");
  const panel = page.locator(".live-product");
  const run = panel.getByRole("button", {name: "Run it here"});
  await run.click();
  await expect
    .poll(() => plainText(panel), patient)
    .toMatch(/Ran on WebAssembly\. A product with a vector took [\d.]+ ms, reading 4\.25 bits a weight/);
  await page.getByLabel("Runs on").selectOption("WebGPU");
  await run.click();
  await expect
    .poll(() => plainText(panel), patient)
    .toMatch(/No WebGPU, since this browser .*: WebAssembly runs in its place\. Ran on WebAssembly\./);
  await close();
});
