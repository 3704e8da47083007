import {defineConfig} from "vitest/config";

const browser = ["tests/browser/**/*.test.ts"];
const alone = ["tests/browser/knobs.test.ts"];
const pack = ["tests/pack/**/*.test.ts"];
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
          exclude: [...browser, ...pack],
          testTimeout: 120_000,
        },
      },
      {
        // Builds and packs the library: slow, and it writes dist.
        test: {name: "package", include: pack, testTimeout: 120_000},
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
