import {readFile} from "node:fs/promises";
import {build} from "esbuild";
import {beforeAll, describe, expect, test} from "vitest";

/** What the package's entries are in the source: the example is run as a reader writes it, before any build. */
const ENTRIES = {
  "paretoscope/data": "./src/data/data-sets.ts",
  "paretoscope/experiments/shared/decoders": "./src/lib/experiments/shared/decoders.ts",
  "paretoscope/engine": "./src/lib/engine/index.ts",
  "paretoscope/evaluate": "./src/lib/evaluate/index.ts",
};

interface Measured {
  readonly recent: number;
  readonly perplexity: number;
  readonly baseline: number;
  readonly kl: number;
}

async function runExample(): Promise<readonly Measured[]> {
  const page = await readFile("docs/plug-points.md", "utf8");
  const [, code] = /```ts example\n([\s\S]*?)```/.exec(page)!;
  const {outputFiles} = await build({
    stdin: {contents: code, resolveDir: process.cwd(), loader: "ts"},
    alias: ENTRIES,
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    // Data sets are found beside their module, which a bundle is not.
    define: {"import.meta.url": JSON.stringify(new URL("../../src/data/data-sets.ts", import.meta.url).href)},
    logLevel: "silent",
  });
  const module = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`
  );
  return module.rows;
}

describe("the example of the handbook", () => {
  let rows: readonly Measured[];
  beforeAll(async () => {
    rows = await runExample();
  }, 60_000);

  test("is the plain model again at its full budget", () => {
    const full = rows.at(-1)!;
    expect(full.recent).toBe(128);
    // The mask takes the reference's attention and the plain pass the kernel's: they differ by rounding.
    expect(full.kl).toBeLessThan(1e-9);
    expect(full.perplexity).toBeCloseTo(full.baseline, 4);
  });

  test("costs more the less of the text it may see", () => {
    const [little, some, full] = rows;
    expect(little.perplexity).toBeGreaterThan(some.perplexity);
    expect(some.perplexity).toBeGreaterThan(full.perplexity);
    expect(little.kl).toBeGreaterThan(some.kl);
  });
});
