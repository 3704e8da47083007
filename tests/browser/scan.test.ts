import {expect, test} from "vitest";
import {useSite} from "./site.js";

const site = useSite();
const path = "ssm/the-scan";

test("moving the time step of a token by keys or pointer changes what is kept, and the address", async () => {
  const {page, complaints, close} = await site.open(path);
  const kept = page.locator(".scan-steps").first().locator("tr", {hasText: "kept"}).locator("td").nth(2);
  const lever = page.getByRole("slider", {name: "time step Δ of token 3"});
  await expect.poll(() => kept.textContent()).toBe("0.14");
  await lever.focus();
  await page.keyboard.press("End");
  await expect.poll(() => kept.textContent()).toBe("0.018");
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => lever.getAttribute("aria-valuenow")).toBe("3.95");
  await expect.poll(() => lever.evaluate((element) => element === document.activeElement)).toBe(true);
  const box = (await lever.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + 1);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height + 40);
  await page.mouse.up();
  await page.mouse.move(box.x, box.y);
  await expect.poll(() => kept.textContent()).toBe("1");
  await expect.poll(() => new URL(page.url()).searchParams.get("hand.delta3")).toBe("0");
  expect(complaints).toEqual([]);
  await close();
});

test("an example is one press away and the token looked at is told; chunks of any size give the recurrence", async () => {
  const {page, close} = await site.open(`${path}?hand.token=8&chunks.chunkSize=5&chunks.keep=0.05`);
  await page.getByRole("button", {name: "Write once, hold"}).click();
  await expect
    .poll(() => page.locator(".heard").first().textContent())
    .toMatch(/^token 8 keeps 1 of the state before/);
  const section = page.locator("section[aria-label='Chunks by hand']");
  await expect.poll(() => section.locator(".chunk-outline").count()).toBe(3);
  const rows = await section.locator(".numbers tbody tr").allTextContents();
  expect(rows).toHaveLength(12);
  for (const cells of await section.locator(".numbers tbody tr").all()) {
    const [recurrent, chunked, tree] = await cells.locator("td").allTextContents();
    expect([chunked, tree]).toEqual([recurrent, recurrent]);
  }
  await close();
});

test("a text that a reader types is remembered word by word, in the browser", async () => {
  const {page, complaints, close} = await site.open(path);
  const memory = page.locator("[data-experiment='ssm/memory']:not(.answer)");
  await memory.getByLabel("Text", {exact: true}).fill("fact wolf silver candle . query wolf");
  await memory.locator(".status[data-state=live]").waitFor();
  await expect.poll(() => memory.locator(".step-words li").count()).toBe(8);
  await expect.poll(() => memory.locator(".map").count()).toBe(8);
  expect(complaints).toEqual([]);
  await close();
});
