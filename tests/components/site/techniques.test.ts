import {readdir} from "node:fs/promises";
import {join} from "node:path";
import {beforeAll, describe, expect, test} from "vitest";
import {piecesOf, sourcesOf} from "../../../src/components/kit/text/cited.js";
import {markPath} from "../../../src/components/plots/chart/symbols.js";
import {techniques} from "../../../src/data/techniques.js";
import {loadExperiment} from "../../../src/lib/experiments/registry.js";
import {FAMILIES} from "../../../src/lib/technique/families.js";
import {figureOf} from "../figure-of.js";

/** What experiments that have a figure offer to choose from. */
const drawn = new Set<string>();

beforeAll(async () => {
  const folder = "src/components/plots";
  const files = (await readdir(folder, {recursive: true})).filter((file) => /^[\w-]+\/.*\.ts$/.test(file));
  const ids = new Set<string>();
  for (const file of files) {
    const module: object = await import(join("../../..", folder, file));
    for (const exported of Object.entries(module)) {
      const {experiment, spec} = (figureOf(exported) ?? {}) as {
        experiment?: string;
        spec?: {experiment: string};
      };
      const id = spec?.experiment ?? experiment;
      if (id !== undefined) ids.add(id);
    }
  }
  for (const id of ids) {
    for (const param of Object.values((await loadExperiment(id)).params)) {
      if (param.kind === "choice" || param.kind === "choices")
        for (const option of param.options) drawn.add(String(option));
    }
  }
}, 60_000);

/** What a technique lacks, each in a sentence. */
function lacks({id, registry, label, family, source, choices}: (typeof techniques)[number]): string[] {
  const name = `${id} of the ${registry}`;
  return [
    label.trim() === "" ? `${name} has no label` : "",
    Object.hasOwn(FAMILIES, family)
      ? ""
      : `${name} has no colour: ${family} is no family of technique/families.ts`,
    choices.some((choice) => drawn.has(choice))
      ? ""
      : `${name} has no mark in any figure: no experiment with a figure offers ${choices.join(", ")}`,
    source.trim() === "" ? `${name} has no source to cite` : "",
  ].filter((sentence) => sentence !== "");
}

test("every technique of every registry has a label, a colour, a figure and a source", () => {
  expect(techniques.length).toBeGreaterThan(80);
  // Latents multiplied out need a model with latent attention, which the trained ones lack: its page is a calculator.
  // Accelerators, cascades, mixers, ways to compile and forms of sparse weights are what a whole page is about, and no option of a figure.
  const ofPages = ["accelerators", "cascades", "mixers", "sparse forms", "static decodings"];
  const known = techniques.filter(({id, registry}) => id !== "mla-explicit" && !ofPages.includes(registry));
  expect(known.flatMap(lacks)).toEqual([]);
});

test("a technique that lacks something is named with what it lacks", () => {
  const bare = {registry: "caches", id: "x", label: "", family: "none", source: "", choices: ["x"]} as never;
  expect(lacks(bare)).toEqual([
    "x of the caches has no label",
    "x of the caches has no colour: none is no family of technique/families.ts",
    "x of the caches has no mark in any figure: no experiment with a figure offers x",
    "x of the caches has no source to cite",
  ]);
});

test("shades beyond the shapes begin anew, and a reported mark is a cross whatever its shade", () => {
  expect(markPath("measured", 8)).toBe(markPath("measured", 0));
  expect(new Set([0, 1, 2].map((shade) => markPath("reported", shade))).size).toBe(1);
  expect(new Set(Array.from({length: 8}, (_, shade) => markPath("modelled", shade))).size).toBe(8);
});

describe("citations", () => {
  test("lead to papers, whichever way their ids are written", () => {
    expect(piecesOf("RaZeR, arXiv 2501.04052v2, section 3")).toEqual([
      {text: "RaZeR, "},
      {text: "arXiv:2501.04052v2", href: "https://arxiv.org/abs/2501.04052v2"},
      {text: ", section 3"},
    ]);
    expect(piecesOf("IEEE 754-2019")).toEqual([{text: "IEEE 754-2019"}]);
  });

  test("lead to repositories, by their names", () => {
    expect(piecesOf("ggml, quants.c, https://github.com/ggml-org/ggml; arXiv:2306.14048")).toEqual([
      {text: "ggml, quants.c, "},
      {text: "ggml-org/ggml", href: "https://github.com/ggml-org/ggml"},
      {text: "; "},
      {text: "arXiv:2306.14048", href: "https://arxiv.org/abs/2306.14048"},
    ]);
  });

  test("name a source once, and by its technique where it begins with a paper", () => {
    const cited = [
      {registry: "policies", label: "H2O", source: "arXiv:2306.14048"},
      {registry: "policies", label: "H2O again", source: "arXiv:2306.14048"},
      {registry: "caches", label: "KIVI", source: "KIVI, arXiv:2402.02750"},
      {registry: "formats", label: "FP32", source: "IEEE 754-2019"},
    ];
    expect(sourcesOf(cited, ["policies", "caches"])).toEqual([
      "H2O, arXiv:2306.14048",
      "KIVI, arXiv:2402.02750",
    ]);
  });
});
