import {expect, test} from "vitest";
import {useSite} from "./site.js";

const site = useSite();
const path = "scenes/words-instead-of-triangles";

test("an object rotates by keys and its files can be chosen", async () => {
  const {page, complaints, close} = await site.open(path);
  const scene = page.locator(".scene").first();
  const area = scene.getByRole("slider", {name: "Rotate both objects"});
  await area.focus();
  const before = await area.getAttribute("aria-valuetext");
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => area.getAttribute("aria-valuetext")).not.toBe(before);
  const file = scene.locator(".rates button").first();
  await file.click();
  await expect.poll(() => file.getAttribute("aria-pressed")).toBe("true");
  await expect
    .poll(() => scene.locator("figcaption").textContent())
    .toMatch(/Draco|meshoptimizer|differences/);
  expect(complaints).toEqual([]);
  await close();
});

test("a reader's own mesh runs through all codecs in a worker, Draco's among them, and a hostile one is refused", async () => {
  const {page, close} = await site.open(path);
  const own = page.locator(".own-file");
  const choose = (name: string, text: string) =>
    own.locator("input[type=file]").setInputFiles({name, mimeType: "model/obj", buffer: Buffer.from(text)});
  await choose("wrong.obj", "v 0 0 0\nf 1 2 3\n");
  await own.getByText("must be one of the 1 vertices above it").first().waitFor();
  await choose(
    "pyramid.obj",
    "v 0 0 0\nv 1 0 0\nv 1 0 1\nv 0 0 1\nv 0.5 1 0.5\nf 1 2 3 4\nf 1 5 2\nf 2 5 3\nf 3 5 4\nf 4 5 1\n",
  );
  await own.locator(".rates button", {hasText: "Draco"}).first().waitFor();
  await expect.poll(() => own.locator(".rates button").count()).toBeGreaterThan(20);
  await close();
});
