import {defineConfig} from "vitest/config";

const browser = ["tests/browser/**/*.test.ts"];
const pack = ["tests/pack/**/*.test.ts"];

export default defineConfig({
  resolve: {alias: {"observablehq:stdlib": new URL("./tests/stdlib.ts", import.meta.url).pathname}},
  test: {
    maxConcurrency: 3,
    // All cores: by default one is left free, which on two of them is half.
    maxWorkers: "100%",
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["tests/**/*.test.ts"],
          exclude: [...browser, ...pack],
          testTimeout: 60_000,
        },
      },
      {
        // Builds and packs the library: slow, and it writes dist.
        test: {name: "package", include: pack, testTimeout: 120_000},
      },
      {
        // The built site is one: its tests share it and a Chromium, so they run one file after the other.
        test: {
          name: "browser",
          include: browser,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
