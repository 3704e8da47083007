import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {build} from "esbuild";
import {type Browser, chromium, type Page} from "playwright-core";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {CHROMIUM_ARGS, findChromium, SOFTWARE_WEBGPU_ARGS} from "../../scripts/chromium.js";
import {type StaticServer, serveFolder} from "../../scripts/static-server.js";
import {plainText} from "./site.js";
import {cases} from "./webgpu/cases.js";
import type {runCase} from "./webgpu/run-case.js";

// The twins in WGSL, run by the software adapter of Chromium: with the extensions it has, and with none.

let folder: string;
let server: StaticServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "paretoscope-webgpu-"));
  await build({
    entryPoints: ["tests/browser/webgpu/run-case.ts"],
    outdir: folder,
    bundle: true,
    format: "iife",
    globalName: "webgpu",
  });
  await writeFile(join(folder, "index.html"), '<!doctype html><script src="run-case.js"></script>');
  // Only a page of this machine or one that came encrypted is given WebGPU.
  server = await serveFolder(folder);
  browser = await chromium.launch({
    executablePath: findChromium()!,
    args: [...CHROMIUM_ARGS, ...SOFTWARE_WEBGPU_ARGS],
  });
  page = await browser.newPage();
  await page.goto(server.url);
});

afterAll(async () => {
  await browser?.close();
  server?.server.close();
  await rm(folder, {recursive: true, force: true});
});

/** What a case gives in the page. */
const runInPage = (extensions: "all" | "none", name: string) =>
  page.evaluate(
    ([extensions, name]) =>
      (window as unknown as {webgpu: {runCase: typeof runCase}}).webgpu.runCase(extensions, name),
    [extensions, name] as const,
  );

describe.each(["all", "none"] as const)("with %s of the adapter's extensions", (extensions) => {
  test.each(Object.keys(cases))("%s", async (name) => {
    expect(await runInPage(extensions, name)).toBeLessThanOrEqual(1);
  });
});

test("the page on speed runs a product on WebGPU and names the adapter", async () => {
  const site = await serveFolder("site");
  const speed = await browser.newPage();
  await speed.goto(`${site.url}benchmarks?product.on=WebGPU`);
  const panel = speed.locator(".live-product");
  await panel.getByRole("button", {name: "Run it here"}).click({timeout: 90_000});
  await expect
    .poll(() => plainText(panel), {timeout: 90_000})
    .toMatch(/Ran on WebGPU: .*swiftshader.*, a software adapter\. A product/i);
  site.server.close();
});
