/** Hashes of the code that experiments reach. Needs the sources and esbuild: for a checkout, not for the package. */
import {createHash} from "node:crypto";
import {readFile} from "node:fs/promises";
import {createRequire} from "node:module";
import {join, resolve} from "node:path";
import {type ObjectExpression, type Program, type Property, parse} from "acorn";
import {build, type Plugin, transform} from "esbuild";
import type {CodeVersion} from "./made.js";

/**
 * The version of the code behind each experiment: its module and what loads its data, bundled without what they do
 * not use and minified, so that comments, formatting, types, names of locals and places of files do not count.
 */
export async function hashExperiments(
  experiments: readonly {readonly id: string; readonly needs: readonly string[]}[],
  root: string,
): Promise<Map<string, CodeVersion>> {
  const plugin = canonicalModules();
  const versions = experiments.map(async ({id, needs}) => {
    const lines = [`export * from "./src/lib/experiments/${id}.js";`];
    if (needs.length > 0) lines.push(`export {loadTensors} from "./src/data/data-sets.js";`);
    return [id, await hashBundle(lines.join("\n"), root, plugin)] as const;
  });
  return new Map(await Promise.all(versions));
}

/**
 * The version of the code that the module of text `contents`, standing in `root`, reaches by imports; a dynamic import
 * is not followed further than its own bundle.
 */
export async function hashBundle(
  contents: string,
  root: string,
  plugin: Plugin = canonicalModules(),
): Promise<CodeVersion> {
  const {outputFiles, metafile} = await build({
    stdin: {contents, resolveDir: resolve(root)},
    absWorkingDir: resolve(root),
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    legalComments: "none",
    format: "esm",
    platform: "node",
    packages: "external",
    plugins: [plugin],
    logLevel: "silent",
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  return {
    code: createHash("sha256").update(outputFiles[0].text).digest("hex").slice(0, 16),
    packages: await packageVersions(imports.map(({path}) => path)),
  };
}

async function packageVersions(imported: readonly string[]): Promise<Record<string, string>> {
  const names = imported
    .filter((path) => !path.startsWith("node:"))
    .map((path) => /^(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path);
  const require = createRequire(import.meta.url);
  const versions = [...new Set(names)].sort().map(async (name) => {
    const folders = require.resolve.paths(name) ?? [];
    return [name, await installedVersion(folders.map((folder) => join(folder, name)))] as const;
  });
  return Object.fromEntries(await Promise.all(versions));
}

async function installedVersion(folders: readonly string[]): Promise<string> {
  for (const folder of folders) {
    const text = await readFile(join(folder, "package.json"), "utf8").catch(() => undefined);
    if (text !== undefined) return JSON.parse(text).version;
  }
  return "none";
}

/** Hands modules to the bundler in one form whatever their prose and the order of their imports. */
function canonicalModules(): Plugin {
  const known = new Map<string, Promise<string>>();
  return {
    name: "canonical-modules",
    setup({onLoad}) {
      onLoad({filter: /\.ts$/}, async ({path}) => {
        if (!known.has(path)) known.set(path, readFile(path, "utf8").then(canonicalModule));
        return {contents: await known.get(path)!, loader: "js"};
      });
    },
  };
}

/**
 * A module as it runs, its imports sorted by what they import (a tool sorts them by path, and files move), the
 * definition of an experiment without its sweep (a setting's key holds its parameters) and its prose, and choices without the
 * names of their options.
 */
export async function canonicalModule(source: string): Promise<string> {
  const {code} = await transform(source, {loader: "ts", format: "esm"});
  const program = parse(code, {ecmaVersion: "latest", sourceType: "module"});
  const imports = program.body.filter((node) => node.type === "ImportDeclaration");
  const clauses = imports.map(({start, source}) => code.slice(start, source.start));
  const sorted = imports
    .map(({start, end}, index) => ({clause: clauses[index], text: code.slice(start, end)}))
    .sort((a, b) => (a.clause < b.clause ? -1 : Number(a.clause > b.clause)));
  const prose = proseOf(program).map(({key, start, end}) => ({start, end, text: `${nameOf({key})}: 0`}));
  const names = namesOf(program).filter(
    ({start}) => !prose.some((each) => each.start <= start && start < each.end),
  );
  const gone = [...imports, ...names.map((each) => withComma(code, each))];
  const rest = edited(code, [...gone.map(({start, end}) => ({start, end, text: ""})), ...prose]);
  return [...sorted.map(({text}) => text), rest].join("\n");
}

/** The code with spans of it, which do not overlap, replaced. */
function edited(code: string, edits: readonly {start: number; end: number; text: string}[]): string {
  let [result, at] = ["", 0];
  for (const {start, end, text} of edits.toSorted((a, b) => a.start - b.start)) {
    result += code.slice(at, start) + text;
    at = end;
  }
  return result + code.slice(at);
}

/** Properties of a definition that change no row. */
const PROSE = ["title", "question", "source", "sweep"];
/** Those of its parameters and columns. */
const NESTED_PROSE = ["label", "help"];

/** The properties that change no row in calls of `experiment`. */
function proseOf({body}: Program): Property[] {
  const declarations = body.flatMap((node) => {
    const declared = node.type === "ExportNamedDeclaration" ? node.declaration : node;
    return declared?.type === "VariableDeclaration" ? declared.declarations : [];
  });
  return declarations.flatMap(({init}) => {
    if (init?.type !== "CallExpression" || init.callee.type !== "Identifier") return [];
    const [definition] = init.arguments;
    if (init.callee.name !== "experiment" || definition?.type !== "ObjectExpression") return [];
    return propertiesOf(definition).flatMap((property) =>
      PROSE.includes(nameOf(property)) ? [property] : nestedProse(property),
    );
  });
}

function nestedProse({value}: Property): Property[] {
  if (value.type !== "ObjectExpression") return [];
  return propertiesOf(value).flatMap((property) =>
    NESTED_PROSE.includes(nameOf(property)) ? [property] : nestedProse(property),
  );
}

/** The names of the options of choices, wherever a module has these: what a control shows of them changes no row. */
function namesOf(node: unknown): Property[] {
  if (typeof node !== "object" || node === null) return [];
  const below = Object.values(node).flatMap(namesOf);
  if (!("type" in node) || node.type !== "ObjectExpression") return below;
  const properties = propertiesOf(node as ObjectExpression);
  if (!properties.some((property) => nameOf(property) === "options")) return below;
  return [...below, ...properties.filter((property) => nameOf(property) === "names")];
}

/** The span of a property and the comma after it. */
function withComma(code: string, {start, end}: Property) {
  const comma = /^\s*,/.exec(code.slice(end))?.[0] ?? "";
  return {start, end: end + comma.length};
}

function propertiesOf({properties}: ObjectExpression): Property[] {
  return properties.filter((property) => property.type === "Property");
}

function nameOf({key}: Pick<Property, "key">): string {
  return key.type === "Identifier" ? key.name : "";
}
