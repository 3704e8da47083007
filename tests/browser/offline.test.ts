import {expect, test} from "vitest";
import {writeSafetensors} from "../../src/lib/io/safetensors-writer.js";
import {useSite} from "./site.js";

const site = useSite();
const FILE = writeSafetensors([{name: "w", shape: [32], data: new Float32Array(32).fill(1)}]);

test("an open page whose site is gone says that it is offline, and does not blame the reader's file", async () => {
  const {page, close} = await site.open("models/your-checkpoint", {isApart: true});
  await page.context().setOffline(true);
  await page.getByLabel("Files of a model of yours").setInputFiles({
    name: "mine.safetensors",
    mimeType: "application/octet-stream",
    buffer: Buffer.from(FILE),
  });
  const problem = page.locator(".own-file [role=alert]");
  await problem.waitFor();
  await expect.poll(() => problem.textContent()).toMatch(/^This page is offline: /);
  await close();
});

test("a part that is loaded later says so too", async () => {
  const {page, close} = await site.open("", {isApart: true});
  await page.context().setOffline(true);
  await page.keyboard.press("/");
  await page.locator("[role=alert].offline").waitFor();
  await expect
    .poll(() => page.locator("[role=alert].offline").textContent())
    .toMatch(/^This page is offline: /);
  await close();
});
