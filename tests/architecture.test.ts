import {execFile} from "node:child_process";
import {readdir, readFile} from "node:fs/promises";
import {join, relative} from "node:path";
import {promisify} from "node:util";
import {build, type Metafile} from "esbuild";
import {beforeAll, describe, expect, test} from "vitest";

/**
 * The floors of the house, lowest first: a module may import from its own floor and from those below. Folders on one
 * floor are neighbours, and neighbours do not import each other.
 */
const FLOORS: readonly (readonly string[])[] = [
  ["tensor"],
  ["stats", "technique", "reported"],
  ["formats", "kernels", "io", "tasks"],
  ["architectures"],
  ["checkpoint"],
  ["engine"],
  [
    "quant",
    "accel",
    "kv",
    "attention",
    "ssm",
    "decoding",
    "diffusion",
    "sparse",
    "mixers",
    "arithmetic",
    "compiled",
    "experts",
    "reductions",
    "regress",
    "scenes",
    "verification",
  ],
  ["evaluate"],
  ["plan"],
  ["experiment"],
  ["experiments"],
];

/** Modules of the library that say in their first lines that they need Node. */
const NODE_ONLY = /^\/\*\*[\s\S]*?\b(Node|file system|local disk)\b[\s\S]*?\*\//;

let imports: {readonly from: string; readonly to: string; readonly external: boolean}[] = [];
const sources = new Map<string, string>();

async function modulesIn(folder: string): Promise<string[]> {
  const files = await readdir(folder, {recursive: true, encoding: "utf8"});
  return files
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .map((file) => join(folder, file));
}

/** Types too: an import of a type is a dependency of the reader, though not of the machine. */
function typeImports(file: string, text: string): {from: string; to: string; external: boolean}[] {
  const specifiers = [...text.matchAll(/^(?:import|export)[^"';]*?\bfrom "([^"]+)"/gm)].map(([, to]) => to);
  return specifiers.map((to) => ({
    from: file,
    to: to.startsWith(".") ? relative(".", join(file, "..", to)).replace(/\.js$/, ".ts") : to,
    external: !to.startsWith("."),
  }));
}

function fromMetafile({inputs}: Metafile) {
  return Object.entries(inputs).flatMap(([from, {imports}]) =>
    imports.map(({path, external}) => ({from, to: path, external: external === true})),
  );
}

beforeAll(async () => {
  const files = [
    ...(await modulesIn("src/lib")),
    ...(await modulesIn("src/cli")),
    ...(await modulesIn("src/components")),
    ...(await modulesIn("src/data")).filter((file) => !file.includes("[")),
  ];
  for (const file of files) sources.set(file, await readFile(file, "utf8"));
  const {metafile} = await build({
    entryPoints: files,
    bundle: true,
    // Shared modules are written once, not into every one of hundreds of entries.
    splitting: true,
    write: false,
    metafile: true,
    outdir: "unused",
    platform: "node",
    format: "esm",
    packages: "external",
    logLevel: "silent",
  });
  imports = [...fromMetafile(metafile), ...[...sources].flatMap(([file, text]) => typeImports(file, text))];
}, 60_000);

const folderOf = (file: string) => file.match(/^src\/lib\/([^/]+)\//)?.[1];
const floorOf = (folder: string) => FLOORS.findIndex((floor) => floor.includes(folder));

/** A cycle through every module that is on one: the modules on the way from it back to it. */
function cyclesOf(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) cycles.push([...way.slice(way.indexOf(file)), file].join(" → "));
    if (way.includes(file) || done.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...way, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return cycles;
}

describe("the library", () => {
  test("has a floor for every folder", () => {
    const folders = [...new Set([...sources.keys()].map(folderOf).filter((folder) => folder !== undefined))];
    expect(folders.filter((folder) => floorOf(folder) < 0)).toEqual([]);
  });

  test("imports downward only, and no folder imports its neighbour", () => {
    const wrong = imports.filter(({from, to}) => {
      const [above, below] = [folderOf(from), folderOf(to)];
      if (above === undefined || below === undefined || above === below) return false;
      return floorOf(below) >= floorOf(above);
    });
    expect(wrong.map(({from, to}) => `${from} → ${to}`)).toEqual([]);
  });

  test("knows no component, no data folder, no page and no command", () => {
    const wrong = imports.filter(
      ({from, to}) => from.startsWith("src/lib/") && to.startsWith("src/") && !to.startsWith("src/lib/"),
    );
    expect(wrong.map(({from, to}) => `${from} → ${to}`)).toEqual([]);
  });

  test("has no dependency but valibot where it checks tables of a user, apache-arrow where it writes Arrow, a renderer of chat templates, and the codecs of meshes that are measured", () => {
    const external = imports.filter(({from, external}) => external && from.startsWith("src/lib/"));
    const packages = external.filter(({to}) => !to.startsWith("node:")).map(({from, to}) => `${from}: ${to}`);
    expect([...new Set(packages)].sort()).toEqual([
      "src/lib/accel/tables.ts: valibot",
      "src/lib/experiments/models/chat-template.ts: @huggingface/jinja",
      "src/lib/io/arrow.ts: apache-arrow",
      "src/lib/scenes/codecs/draco.ts: draco3d/draco_decoder_nodejs.js",
      "src/lib/scenes/codecs/draco.ts: draco3d/draco_encoder_nodejs.js",
      "src/lib/scenes/codecs/meshopt.ts: meshoptimizer/decoder",
      "src/lib/scenes/codecs/meshopt.ts: meshoptimizer/encoder",
      "src/lib/scenes/codecs/simplify.ts: meshoptimizer/simplifier",
    ]);
  });

  test("touches Node only in modules that say so in their first lines", () => {
    const users = imports.filter(({from, to}) => from.startsWith("src/lib/") && to.startsWith("node:"));
    const silent = [...new Set(users.map(({from}) => from))].filter(
      (file) => !NODE_ONLY.test(sources.get(file)!),
    );
    expect(silent).toEqual([]);
  });

  test("touches no DOM: it compiles without one, apart from WebAssembly, which Node has too", async () => {
    const flags = ["-p", "tsconfig.build.json", "--noEmit", "--lib", "ES2023", "--pretty", "false"];
    const {stdout} = await promisify(execFile)(process.execPath, [
      "node_modules/typescript/bin/tsc",
      ...flags,
    ]).catch((failure: {stdout: string}) => failure);
    expect(stdout.split("\n").filter((line) => line !== "" && !line.includes("'WebAssembly'"))).toEqual([]);
  });
});

describe("all of the source", () => {
  test("imports no index file: pages would load a whole family for one function", () => {
    const wrong = imports.filter(
      ({from, to}) => from.startsWith("src/") && /^src\/.*\/index\.[jt]s$/.test(to),
    );
    expect(wrong.map(({from, to}) => `${from} → ${to}`)).toEqual([]);
  });

  test("asks no content network for anything", async () => {
    const files = (await readdir("src", {recursive: true, encoding: "utf8"})).filter((file) =>
      /\.(ts|js|md)$/.test(file),
    );
    for (const file of files) {
      const text = await readFile(join("src", file), "utf8");
      expect(text, file).not.toMatch(/(from|import)\s*\(?\s*["'](npm:|jsr:|https?:)/);
    }
  });

  test("has no modules that import each other, directly or by way of others, types included", () => {
    const own = new Map(Array.from(sources.keys(), (file) => [file, new Set<string>()]));
    for (const {from, to} of imports) if (own.has(to)) own.get(from)?.add(to);
    expect(cyclesOf(own)).toEqual([]);
  });

  test("names modules with their suffix", () => {
    const wrong = imports.filter(({to, external}) => !external && !/\.(ts|js|json)$/.test(to));
    expect(wrong).toEqual([]);
  });
});
