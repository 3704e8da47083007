import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, test} from "vitest";
import {exclusively} from "../../scripts/exclusive.js";
import {replaceFolder, restoreFolder} from "../../scripts/replace-folder.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lock-"));
});
afterEach(() => rm(folder, {recursive: true}));

describe("exclusively", () => {
  const options = (told: number[] = []) => ({waiting: (pid: number) => void told.push(pid), pauseMs: 1});

  test("lets one work after the other, and says to the other who is at work", async () => {
    const lock = join(folder, "lock");
    const told: number[] = [];
    const steps: string[] = [];
    const work = (name: string) => async () => {
      steps.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      steps.push(`${name} ends`);
    };
    await Promise.all([
      exclusively(lock, work("a"), options(told)),
      exclusively(lock, work("b"), options(told)),
    ]);
    const [first, second] = steps[0] === "a begins" ? ["a", "b"] : ["b", "a"];
    expect(steps).toEqual([`${first} begins`, `${first} ends`, `${second} begins`, `${second} ends`]);
    expect(told).toEqual([process.pid]);
    expect(await readdir(folder)).toEqual([]);
  });

  test.each(["999999999", "", "no number"])("takes over a lock that holds %j", async (content) => {
    const lock = join(folder, "lock");
    await writeFile(lock, content);
    expect(await exclusively(lock, async () => readFile(lock, "utf8"), options())).toBe(String(process.pid));
  });

  test("gives the lock back after a failure", async () => {
    const failing = () => Promise.reject(new Error("no disk"));
    await expect(exclusively(join(folder, "lock"), failing, options())).rejects.toThrow("no disk");
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("replaceFolder", () => {
  const put = async (name: string, text: string) => {
    await mkdir(join(folder, name), {recursive: true});
    await writeFile(join(folder, name, "index.html"), text);
  };

  test.each([
    ["where there was one", ["site"]],
    ["where there was none", []],
    ["where a killed one left its rest", ["site", "site.old"]],
  ])("puts the new folder in place %s", async (_, there) => {
    for (const name of there) await put(name, "old");
    await put("site.building", "new");
    await replaceFolder(join(folder, "site"), join(folder, "site.building"));
    expect(await readdir(folder)).toEqual(["site"]);
    expect(await readFile(join(folder, "site/index.html"), "utf8")).toBe("new");
  });

  test("leaves the old one where the new one is missing", async () => {
    await put("site", "old");
    await expect(replaceFolder(join(folder, "site"), join(folder, "none"))).rejects.toThrow("ENOENT");
    expect(await readFile(join(folder, "site/index.html"), "utf8")).toBe("old");
  });

  test.each([
    ["a folder that a killed one had moved away comes back", ["site.old"], "old"],
    ["a folder that is there stays", ["site.old", "site"], "there"],
  ])("%s", async (_, names, text) => {
    for (const name of names) await put(name, name === "site" ? "there" : "old");
    await restoreFolder(join(folder, "site"));
    expect(await readFile(join(folder, "site/index.html"), "utf8")).toBe(text);
  });

  test("nothing comes back where nothing was", async () => {
    await restoreFolder(join(folder, "site"));
    expect(await readdir(folder)).toEqual([]);
  });
});
