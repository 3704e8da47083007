import {expect, test} from "vitest";
import {plainText, useSite} from "./site.js";

const site = useSite();

test("a sentence is written alike with fixed shapes, and the decoder is saved as a file", async () => {
  const {page, complaints, close} = await site.open("decoding/compiled-shapes");
  const hand = page.locator("[data-experiment='compiled/one-sentence']");
  await expect.poll(() => plainText(hand.locator("figcaption"))).toMatch(/next words are the same/);
  const file = page.getByRole("region", {name: "A decoder as an ONNX file"});
  const saved = page.waitForEvent("download");
  await file.getByRole("button", {name: "Save decoder.onnx"}).click();
  expect((await saved).suggestedFilename()).toBe("decoder.onnx");
  await expect.poll(() => plainText(file.getByRole("status").first())).toMatch(/A run takes ids \[1\]/);
  expect(complaints).toEqual([]);
  await close();
});
