import type {KnipConfig} from "knip";

/** The modules that the code blocks of a page import. */
function pageCode(text: string): string {
  return [...text.matchAll(/^```(?:ts|js)\n([\s\S]*?)^```/gm)].map(([, code]) => code).join("\n");
}

export default {
  entry: [
    "src/lib/*/index.ts",
    "src/cli/files/file-child.ts",
    "src/cli/quantize/measure-thread.ts",
    "src/cli/conformance/ops/*.ts",
    "src/data/data-sets.ts",
    "src/data/sweep/worker.ts",
    "src/data/**/*.{arrow,json}.ts",
    "src/components/kit/runs/run-worker.ts",
    "src/components/by-hand/speed/product-worker.ts",
    "src/components/frame/{frame,theme}.ts",
    "src/*.md.ts",
    "src/**/*.md",
    "scripts/*.{ts,mjs}",
    "training/*.ts",
    "tests/**/*.test.ts",
    "tests/fuzz/child.ts",
    "observablehq.config.ts",
  ],
  project: ["src/**/*.{ts,md}", "scripts/*.{ts,mjs}", "training/*.ts", "tests/**/*.ts"],
  compilers: {md: pageCode},
  ignoreExportsUsedInFile: true,
  // Started or read by their names, not imported: the build of the site, the linters of the package, axe in a page.
  ignoreDependencies: [
    "@observablehq/framework",
    "@arethetypeswrong/cli",
    "publint",
    "axe-core",
    "@anush008/tokenizers",
    "observablehq",
  ],
  ignoreBinaries: ["apt-get"],
} satisfies KnipConfig;
