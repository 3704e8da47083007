import {execFile} from "node:child_process";
import {cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import {promisify} from "node:util";
import {afterEach, beforeEach, describe, expect, test} from "vitest";
import {nodeProblem} from "../../src/cli/node-version.js";

interface Bootstrap {
  isWithin(version: string, range: string): boolean;
  missingPackage(folder: string, from: URL): string | undefined;
  whyUnwritable(folder: URL): string | undefined;
}

const bootstrap: Bootstrap = await import(/* @vite-ignore */ pathToFileURL("scripts/bootstrap.mjs").href);

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootstrap-"));
});
afterEach(() => rm(folder, {recursive: true}));

describe("Node", () => {
  test.each([
    ["20.0.0", false],
    ["20.9.0", false],
    ["20.18.3", false],
    ["20.19.0", true],
    ["21.7.0", false],
    ["22.11.0", false],
    ["22.12.0", true],
    ["23.0.0", true],
    ["26.1.0", true],
  ])("%s: %s", async (version, isNewEnough) => {
    const {engines} = JSON.parse(await readFile("package.json", "utf8"));
    expect(bootstrap.isWithin(version, engines.node)).toBe(isNewEnough);
    expect(nodeProblem(version) === undefined).toBe(isNewEnough);
    expect(await readFile("README.md", "utf8")).toContain(engines.node);
  });

  test("is looked at by every command before anything else of it is loaded", async () => {
    const {scripts} = JSON.parse(await readFile("package.json", "utf8"));
    for (const [name, command] of Object.entries<string>(scripts)) {
      expect(command, name).toMatch(/^node (scripts|bench)\/[\w-]+\.mjs( &&|$)/);
      const [, file] = /^node (\S+)/.exec(command)!;
      expect(await readFile(file, "utf8"), file).toMatch(/\b(requireNode|ensureDependencies)\(\)/);
    }
    const main = await readFile("src/cli/main.ts", "utf8");
    expect(main.match(/^import .*/gm)).toEqual([
      'import {nodeProblem} from "./node-version.js";',
      'import {complain} from "./terminal/print.js";',
    ]);
  });

  test("that is too old is refused in one sentence", async () => {
    const script = `import("./scripts/bootstrap.mjs").then(({requireNode}) => requireNode("20.9.0"))`;
    const failure = await promisify(execFile)(process.execPath, ["-e", script]).catch((error) => error);
    expect(failure.code).toBe(2);
    expect(failure.stderr).toMatch(/^paretoscope: Node .* is needed, this is 20\.9\.0: .*\n$/);
  });
});

describe("dependencies", () => {
  const write = async (path: string, value: unknown) => {
    await mkdir(join(folder, path, ".."), {recursive: true});
    await writeFile(join(folder, path), JSON.stringify(value));
  };
  const missing = (from = folder) => bootstrap.missingPackage(".", pathToFileURL(`${from}/`));

  beforeEach(async () => {
    const packages = {
      "": {name: "x"},
      "node_modules/a": {version: "1.0.0"},
      "node_modules/a/node_modules/b": {version: "2.0.0"},
      "node_modules/other-platform": {version: "3.0.0", optional: true},
    };
    await write("package-lock.json", {packages});
    await write("node_modules/a/package.json", {version: "1.0.0"});
    await write("node_modules/a/node_modules/b/package.json", {version: "2.0.0"});
    await write("node_modules/.package-lock.json", {packages: {}});
  });

  /** Runs an install of a checkout whose npm answers by `npm`, a shell script, and says what it was asked. */
  async function install(npm: string) {
    await write("package.json", {engines: {node: ">=20.0"}});
    await rm(join(folder, "node_modules"), {recursive: true});
    await cp("scripts/bootstrap.mjs", join(folder, "scripts/bootstrap.mjs"));
    await writeFile(join(folder, "npm"), `#!/bin/sh\necho "npm $*" >> "${folder}/calls"\n${npm}\n`, {
      mode: 0o755,
    });
    const script = `import(${JSON.stringify(pathToFileURL(join(folder, "scripts/bootstrap.mjs")).href)}).then((b) => b.ensureDependencies())`;
    const env = {...process.env, PATH: `${folder}:${process.env.PATH}`};
    const end = await promisify(execFile)(process.execPath, ["-e", script], {env}).catch((error) => error);
    return {code: end.code ?? 0, stderr: end.stderr, calls: await readFile(join(folder, "calls"), "utf8")};
  }

  test("are taken from what npm kept where its registry does not answer, and the cure is said", async () => {
    const {code, stderr, calls} = await install("exit 1");
    expect(calls).toMatch(/^npm view .*\nnpm install .* --offline\n$/);
    expect(stderr).toMatch(/the npm registry does not answer, .* copy node_modules from a checkout/);
    expect(code).toBe(1);
  });

  test("are installed from the registry where it answers", async () => {
    const {code, calls} = await install("exit 0");
    expect(calls).toMatch(/npm install .* --fetch-retries=1/);
    expect(calls).not.toContain("--offline");
    expect(code).toBe(0);
  });

  test("are not asked for where nothing can be written: the folder is to blame and not the registry", () => {
    expect(bootstrap.whyUnwritable(pathToFileURL("/proc/"))).toBeDefined();
    expect(bootstrap.whyUnwritable(pathToFileURL(`${folder}/`))).toBeUndefined();
  });

  test("are there in a copied checkout, whatever its times", async () => {
    const copy = join(folder, "copy");
    for (const name of ["package-lock.json", "node_modules"])
      await cp(join(folder, name), join(copy, name), {recursive: true});
    await utimes(join(copy, "node_modules/.package-lock.json"), 1, 1);
    expect(missing(copy)).toBeUndefined();
  });

  test("are missing where a version is another one, newer file or not", async () => {
    await write("node_modules/a/node_modules/b/package.json", {version: "2.0.1"});
    expect(missing()).toBe("b must be 2.0.0, got 2.0.1");
    await rm(join(folder, "node_modules/a/node_modules"), {recursive: true});
    expect(missing()).toBe("b must be 2.0.0, got none");
  });

  test("are there where npm put one further up", async () => {
    await rm(join(folder, "node_modules/a/node_modules"), {recursive: true});
    await write("node_modules/b/package.json", {version: "2.0.0"});
    expect(missing()).toBeUndefined();
  });

  test("are missing after an install that broke off", async () => {
    await rm(join(folder, "node_modules/.package-lock.json"));
    expect(missing()).toBe("none are installed");
  });
});
