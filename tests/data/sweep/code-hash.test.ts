import {mkdir, mkdtemp, rename, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {afterEach, beforeEach, describe, expect, test} from "vitest";
import {canonicalModule, hashBundle} from "../../../src/data/sweep/code-hash.js";

const files = {
  "maths/square.ts": "/** x². */\nexport function square(x: number): number {\n  return x * x;\n}\n",
  "maths/scale.ts":
    "export const FACTOR = 3;\nexport const scale = (x: number) => FACTOR * x;\nexport const unused = 7;\n",
  "one.ts": `import {scale} from "./maths/scale.js";
import {square} from "./maths/square.js";
export const one = experiment({
  id: "a/one",
  title: "One",
  params: {size: {kind: "integer", label: "Size", default: 3}},
  sweep: [{size: 1}],
  run: ({size}: {size: number}) => [square(scale(size))],
});
function experiment<T>(definition: T): T {
  return definition;
}
`,
};

let root = "";
const write = async (file: string, text: string) => {
  await mkdir(dirname(join(root, file)), {recursive: true});
  await writeFile(join(root, file), text);
};
const hash = async () => (await hashBundle(`export * from "./one.js";`, root)).code;
/** The hash after a change of one file. */
const after = async (file: keyof typeof files, from: string | RegExp, to: string) => {
  expect(files[file]).toMatch(from);
  await write(file, files[file].replace(from, to));
  return hash();
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "code-hash-"));
  for (const [file, text] of Object.entries(files)) await write(file, text);
});
afterEach(() => rm(root, {recursive: true}));

describe("the hash of code stays", () => {
  test.each([
    ["comment", "maths/square.ts", "/** x². */", "// The square of x."],
    ["formatting", "maths/square.ts", "{\n  return x * x;\n}", "{ return x*x }"],
    ["name of a local", "maths/square.ts", /\bx\b/g, "y"],
    ["type", "maths/square.ts", ": number {", ": 0 | number {"],
    ["value of what is not used", "maths/scale.ts", "unused = 7", "unused = 8"],
    ["title", "one.ts", `title: "One"`, `title: "The first"`],
    ["label", "one.ts", `label: "Size"`, `label: "Size of it"`],
    ["sweep, whose settings have keys of their own", "one.ts", "{size: 1}", "{size: 1}, {size: 2}"],
  ] as const)("with another %s", async (_, file, from, to) => {
    const before = await hash();
    expect(await after(file, from, to)).toBe(before);
  });

  test("when a file moves and imports are sorted anew", async () => {
    const before = await hash();
    await mkdir(join(root, "arithmetic"));
    await rename(join(root, "maths/square.ts"), join(root, "arithmetic/square.ts"));
    const [scale, square, ...rest] = files["one.ts"].split("\n");
    await write("one.ts", [square.replace("maths", "arithmetic"), scale, ...rest].join("\n"));
    expect(await hash()).toBe(before);
  });
});

describe("the hash of code changes", () => {
  test.each([
    ["a constant", "maths/scale.ts", "FACTOR = 3", "FACTOR = 4"],
    ["an operator", "maths/square.ts", "x * x", "x + x"],
    ["a default", "one.ts", "default: 3", "default: 4"],
    ["the run", "one.ts", "square(scale(size))", "scale(square(size))"],
  ] as const)("with %s", async (_, file, from, to) => {
    const before = await hash();
    expect(await after(file, from, to)).not.toBe(before);
  });
});

test("the version names packages that the code imports, as they are installed", async () => {
  const {packages} = await hashBundle(
    `import {parse} from "acorn"; import {join} from "node:path"; export const x = [parse, join];`,
    ".",
  );
  expect(packages).toEqual({acorn: expect.stringMatching(/^\d+\.\d+\.\d+$/)});
});

test("a module keeps its code when prose leaves it", async () => {
  const text = await canonicalModule(`const columns = {a: 1}; const sweep = [];
export const x = experiment({title: "T", columns, sweep, run() { return {label: "kept"}; }});`);
  expect(text).toContain("title: 0");
  expect(text).toContain("sweep: 0");
  expect(text).toContain(`label: "kept"`);
});

test("names of options change no row, wherever a choice has them; other names stay", async () => {
  const choice = (names: string) =>
    `export const size = {kind: "choice", options: ["a", "b"], ${names}default: "a"};`;
  const without = await canonicalModule(choice(""));
  const squeezed = (text: string) => text.replaceAll(/\s/g, "");
  expect(squeezed(await canonicalModule(choice(`names: {a: "A"}, `)))).toBe(squeezed(without));
  expect(await canonicalModule(`export const tensor = {shape: [1], names: ["kept"]};`)).toContain("kept");
});
