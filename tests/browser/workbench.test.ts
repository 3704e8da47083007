import {execFileSync} from "node:child_process";
import {readFileSync} from "node:fs";
import {tableFromIPC} from "apache-arrow";
import type {Page} from "playwright-core";
import {expect, test} from "vitest";
import {loadData} from "../../src/data/data-sets.js";
import {blockScale} from "../../src/lib/experiments/formats/block-scale.js";
import {copiedText, useSite} from "./site.js";

const site = useSite();
const path = "formats/block-scaling";
const bench = (page: Page) => page.locator("[data-experiment='formats/block-scale']:not(.answer)");

test("the first figure stands before any worker is asked", async () => {
  const {page, close} = await site.open("");
  await page.addInitScript(() => {
    window.Worker = class {
      constructor() {
        throw new Error("no worker yet");
      }
    } as unknown as typeof Worker;
  });
  await page.goto(site.url(path));
  await bench(page).locator(".plot-area svg").first().waitFor();
  await expect
    .poll(() => bench(page).getByRole("status").first().textContent())
    .toMatch(/^\d+ rows that came with this page\.$/);
  await expect
    .poll(() => bench(page).locator(".status .origin").first().textContent())
    .toMatch(/Run on .+ \(Node .+\) in .+ s\./);
  await close();
});

test("a control moved gives other rows from a worker, another picture and another address", async () => {
  const {page, complaints, close} = await site.open(path);
  const area = bench(page).locator(".plot-area");
  const seed = bench(page).getByLabel("Seed", {exact: true});
  await bench(page).scrollIntoViewIfNeeded();
  const before = await area.innerHTML();
  await bench(page).getByText("More parameters").click();
  await seed.fill("7");
  await bench(page).locator(".status[data-state=live]").waitFor();
  await expect.poll(() => new URL(page.url()).search).toBe("?scale.seed=7");
  await expect.poll(() => area.innerHTML()).not.toBe(before);
  expect(complaints).toEqual([]);
  await close();
});

test("the browser runs the same rows as the table that was shipped", async () => {
  const {page, close} = await site.open(path);
  const shipped = await csvOf(page);
  await bench(page).getByRole("button", {name: "Run it here"}).click();
  await bench(page).locator(".status[data-state=live]").waitFor();
  await expect
    .poll(() => bench(page).getByRole("status").first().textContent())
    .toContain("identical to the shipped rows");
  const live = await csvOf(page);
  expect(live.split("\n").length).toBeGreaterThan(10);
  expectSameNumbers(live, shipped);
  await close();
});

test("the code that is copied gives the same rows in Node", async () => {
  const {page, close} = await site.open(
    `${path}?scale.element=int4&scale.distribution=laplace&scale.blockSizes=16,64`,
  );
  await bench(page).locator(".status[data-state=live]").waitFor();
  const code = await copiedText(page, bench(page).getByRole("button", {name: "Copy as code"}));
  expect(code).toContain(`blockSizes: [16,64]`);
  const printed = execFileSync(process.execPath, ["--input-type=module", "-"], {
    input: code,
    encoding: "utf8",
  });
  const rows = await blockScale.run(
    {element: "int4", distribution: "laplace", blockSizes: [16, 64]},
    {data: await loadData(blockScale.needs)},
  );
  expect(JSON.parse(printed)).toEqual(rows);
  const csv = await csvOf(page);
  expect(csv.trim().split("\r\n")).toHaveLength(rows.length + 1);
  expectSameNumbers(csv, rowsAsCsv(rows));
  await close();
});

test("rows come down as Arrow with what their columns are", async () => {
  const {page, close} = await site.open(path);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    bench(page).getByRole("button", {name: "Rows as Arrow"}).click(),
  ]);
  expect(download.suggestedFilename()).toBe("formats-block-scale.arrow");
  const table = tableFromIPC(readFileSync(await download.path()));
  expect(table.numRows).toBe(24);
  const size = table.schema.fields.find(({name}) => name === "bitsPerElement");
  expect(size?.metadata.get("unit")).toBe("bits per element");
  expect(table.getChild("provenance")?.get(0)).toBe("measured");
  await close();
});

test("the link of a state opens that state", async () => {
  const {page, close} = await site.open(path);
  await bench(page).getByLabel("Values", {exact: true}).selectOption("Laplace");
  const link = await copiedText(page, bench(page).getByRole("button", {name: "Copy link"}));
  await page.goto(link);
  const chosen = await bench(page)
    .getByLabel("Values", {exact: true})
    .evaluate((select) => {
      return (select as HTMLSelectElement).selectedOptions[0]?.textContent;
    });
  expect(chosen).toBe("Laplace");
  await close();
});

test("a point explains itself to the keyboard, with its formula's source and a link", async () => {
  const {page, close} = await site.open(path);
  const picker = bench(page).getByLabel("Explain a point");
  await picker.focus();
  await picker.selectOption({index: 3});
  const card = bench(page).locator(".explain-card");
  await expect.poll(() => card.textContent()).toContain("Source: OCP Microscaling");
  await expect.poll(() => card.textContent()).toContain("measured");
  await expect.poll(() => card.getByRole("link").getAttribute("href")).toContain(path);
  await close();
});

test("the rows can be read as a table", async () => {
  const {page, close} = await site.open(path);
  await bench(page)
    .getByText(/rows behind this/)
    .click();
  const rows = bench(page).locator("tbody tr");
  await expect.poll(() => rows.count()).toBe(20);
  await bench(page).getByRole("button", {name: "Show all 24"}).click();
  await expect.poll(() => rows.count()).toBe(24);
  await close();
});

async function csvOf(page: Page): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    bench(page).getByRole("button", {name: "Rows as CSV"}).click(),
  ]);
  return readFileSync(await download.path(), "utf8");
}

function rowsAsCsv(rows: readonly object[]): string {
  return [Object.keys(rows[0]), ...rows.map((row) => Object.values(row))]
    .map((cells) => cells.map((cell) => (String(cell).includes(",") ? `"${cell}"` : String(cell))).join(","))
    .join("\r\n");
}

/** Text cells equal, numbers within 1e-12: engines differ in the last bit of log and exp. */
function expectSameNumbers(actual: string, expected: string): void {
  const cells = (csv: string) => csv.trim().split(/[,\r\n]+/);
  const [left, right] = [cells(actual), cells(expected)];
  expect(left).toHaveLength(right.length);
  left.forEach((cell, i) => {
    const [a, b] = [Number(cell), Number(right[i])];
    if (Number.isNaN(a)) expect(cell).toBe(right[i]);
    else expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-12 * Math.abs(b));
  });
}
