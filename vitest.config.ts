import {readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {defineConfig} from "vitest/config";

const browser = ["tests/browser/**/*.test.ts"];
const alone = ["tests/browser/knobs.test.ts"];
const pack = ["tests/pack/**/*.test.ts"];
/** Files that put others in the place of modules, clocks or globals: what they leave behind must reach no other file. */
const replacing = readdirSync("tests", {recursive: true, encoding: "utf8"})
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => join("tests", name))
  .filter((file) => /\bvi\.(mock|doMock|stubGlobal|useFakeTimers)\(/.test(readFileSync(file, "utf8")));
/** Of tests that a busy machine only makes slower. */
const patient = {testTimeout: 300_000, hookTimeout: 300_000, expect: {poll: {timeout: 60_000}}};

export default defineConfig({
  resolve: {alias: {"observablehq:stdlib": new URL("./tests/stdlib.ts", import.meta.url).pathname}},
  test: {
    maxConcurrency: 3,
    // All cores: by default one is left free, which on two of them is half.
    maxWorkers: "100%",
    setupFiles: ["tests/equal-numbers.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["tests/**/*.test.ts"],
          exclude: [...browser, ...pack, ...replacing],
          testTimeout: 120_000,
          // Files of one worker share the modules of the library, which else would be loaded for each of some 400.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "unit-isolated",
          include: replacing,
          testTimeout: 120_000,
          sequence: {groupOrder: 3},
        },
      },
      {
        // Builds and packs the library: slow, and it writes dist.
        test: {name: "package", include: pack, testTimeout: 300_000},
      },
      {
        // Tests of the built site wait more than they work: two files at once, each with a browser of its own.
        test: {
          name: "browser",
          include: browser,
          exclude: alone,
          maxWorkers: 2,
          sequence: {groupOrder: 1},
          ...patient,
        },
      },
      {
        // What a reader must not wait for is timed, so nothing else may run beside it.
        test: {
          name: "browser-alone",
          include: alone,
          fileParallelism: false,
          sequence: {groupOrder: 2},
          ...patient,
        },
      },
    ],
  },
});
