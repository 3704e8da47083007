import {expect, test} from "vitest";
import {useSite} from "./site.js";

const site = useSite();
const path = "formats/number-formats";

test("turning a bit changes the value, the picture and the address", async () => {
  const {page, close} = await site.open(path);
  const value = page.locator(".code-value output");
  const line = page.locator(".number-line").first();
  expect(await value.textContent()).toBe("3");
  const before = await line.innerHTML();
  await page.getByRole("button", {name: /sign bit 3/}).click();
  await expect.poll(() => value.textContent()).toBe("−3");
  await expect.poll(() => line.innerHTML()).not.toBe(before);
  await expect.poll(() => new URL(page.url()).search).toBe("?bit.code=13");
  await close();
});

test("an address opens the state that it was copied from", async () => {
  const {page, close} = await site.open(`${path}?bit.element=e4m3fn&bit.code=126`);
  expect(await page.locator(".code-value output").textContent()).toBe("448");
  expect(await page.locator(".explorable select").first().inputValue()).not.toBe("0");
  await close();
});

test("a bad value in the address falls back and says so", async () => {
  const {page, close} = await site.open(`${path}?bit.element=e9m9&bit.code=4096`);
  const notes = await page.getByRole("alert").allTextContents();
  expect(notes).toHaveLength(2);
  expect(notes[0]).toContain("bit.element=e9m9");
  expect(notes[1]).toContain("an integer from 0 to 255");
  expect(await page.locator(".code-value output").textContent()).toBe("3");
  await close();
});

test("the keyboard turns bits and keeps its place", async () => {
  const {page, close} = await site.open(path);
  await page.getByRole("button", {name: /mantissa bit 0/}).focus();
  await page.keyboard.press("Space");
  await expect.poll(() => page.locator(".code-value output").textContent()).toBe("2");
  await expect.poll(() => page.locator(".heard").textContent()).toBe("the value is 2");
  await page.keyboard.press("Space");
  await expect.poll(() => page.locator(".code-value output").textContent()).toBe("3");
  await close();
});

test("choosing codebooks draws them and puts them in the address", async () => {
  const {page, close} = await site.open(path);
  const rows = page.locator(".number-line").nth(1).locator("text.label");
  const before = await rows.count();
  await page.getByText("Codebooks: 5 of").click();
  await page.getByLabel("e5m2", {exact: true}).check();
  await expect.poll(() => rows.count()).toBe(before + 1);
  await expect.poll(() => new URL(page.url()).search).toContain("line.books=");
  await close();
});
