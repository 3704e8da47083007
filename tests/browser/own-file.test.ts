import type {Page} from "playwright-core";
import {expect, test} from "vitest";
import {writeSafetensors} from "../../src/lib/io/safetensors-writer.js";
import {useSite} from "./site.js";

const site = useSite();
const path = "formats/choose";
const weights = Float32Array.from({length: 64 * 32}, (_, i) => Math.fround(Math.sin(i) * (1 + (i % 7))));

function openFile(page: Page, buffer: Uint8Array, name = "mine.safetensors"): Promise<void> {
  const file = {name, mimeType: "application/octet-stream", buffer: Buffer.from(buffer)};
  return page.getByLabel("A safetensors or GGUF file of yours").setInputFiles(file);
}

const bench = (page: Page) => page.locator("[data-experiment='formats/own-file']:not(.answer)");

test("a file of one's own is compared on every tensor in every chosen format, and nothing leaves the page", async () => {
  const {page, context, complaints} = await site.open(path);
  const bytes = writeSafetensors([
    {name: "layer.<b>weight</b>", dtype: "F32", shape: [64, 32], data: weights},
    {name: "layer.bias", dtype: "F32", shape: [32], data: weights.slice(0, 32)},
  ]);
  await openFile(page, bytes);
  await bench(page).locator(".status[data-state=live]").waitFor();
  expect(await bench(page).getByRole("status").first().textContent()).toContain("8 rows");
  // A name from a file is text, whatever it says.
  await bench(page)
    .getByText(/rows behind this/)
    .click();
  await expect.poll(() => bench(page).locator("tbody").textContent()).toContain("layer.<b>weight</b>");
  expect(await bench(page).locator("tbody b").count()).toBe(0);
  expect(complaints).toEqual([]);
  await context.close();
});

test.each([
  ["empty", new Uint8Array()],
  ["cut off", new Uint8Array([9, 0, 0, 0, 0, 0, 0, 0, 123])],
  ["a claim of a huge header", new Uint8Array([255, 255, 255, 255, 255, 255, 31, 0, 123, 125])],
  ["no JSON", new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 33, 33])],
])("a file that is %s is refused with a reason", async (_, bytes) => {
  const {page, context, complaints} = await site.open(path);
  await openFile(page, bytes, "broken.safetensors");
  const problem = page.locator(".own-file [role=alert]");
  await problem.waitFor();
  expect(await problem.textContent()).toMatch(/^broken\.safetensors could not be read: .{10,}/);
  expect(complaints).toEqual([]);
  await context.close();
});
