import {expect, test} from "vitest";
import {useSite} from "./site.js";

const site = useSite();

/** What a page may load of script before a reader touches anything, in bytes. */
const BUDGET = 300_000;

test.each([
  "claims",
  "accelerators/compose",
  "accelerators/roofline",
  "models/formats-on-a-working-model",
  "models/inside-the-model",
  "ssm/the-scan",
])("%s leaves to its worker the code that only runs there", async (path) => {
  const {page, context} = await site.open(path);
  const scripts = await page.evaluate(async () => {
    const loaded = performance.getEntriesByType("resource").map(({name}) => name);
    const modules = [...new Set(loaded)].filter((name) => new URL(name).pathname.endsWith(".js"));
    return Promise.all(modules.map(async (name) => (await (await fetch(name)).arrayBuffer()).byteLength));
  });
  expect(scripts.length).toBeGreaterThan(10);
  expect(scripts.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(BUDGET);
  await context.close();
});
