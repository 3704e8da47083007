import {mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, test} from "vitest";
import {requirePlace, writeWhole} from "../../src/cli/files/write-file.js";

let folder = "";
const at = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "write-"));
});
afterEach(() => rm(folder, {recursive: true}));

describe("writeWhole", () => {
  test("writes a new file and replaces an old one, and leaves nothing else", async () => {
    await writeWhole(at("t.csv"), "one");
    await writeWhole(at("t.csv"), Uint8Array.of(50));
    expect(await readFile(at("t.csv"), "utf8")).toBe("2");
    expect(await readdir(folder)).toEqual(["t.csv"]);
  });

  test("replaces what a link names, not the link", async () => {
    await writeFile(at("real.csv"), "old");
    await symlink("real.csv", at("link.csv"));
    await writeWhole(at("link.csv"), "new");
    expect(await readFile(at("real.csv"), "utf8")).toBe("new");
  });

  test("leaves the old file whole where the new one cannot be written, and names it", async () => {
    await writeFile(at("t.csv"), "old");
    // A folder in the place of the file beside fails the write as a full disk would.
    await mkdir(at(`t.csv.${process.pid}.part/in`), {recursive: true});
    await expect(writeWhole(at("t.csv"), "new")).rejects.toThrow(/t\.csv could not be written: /);
    expect(await readFile(at("t.csv"), "utf8")).toBe("old");
  });

  test.runIf(process.platform === "linux")("writes into a device", async () => {
    await writeWhole("/dev/null", "gone");
    await expect(writeWhole("/dev/full", "x")).rejects.toThrow("/dev/full could not be written: ENOSPC");
  });
});

describe("requirePlace", () => {
  test.each([
    ["no/t.csv", "its folder does not exist"],
    ["t.csv/u.csv", "is no folder"],
    ["sub", "it is a folder"],
  ])("refuses %s", async (name, why) => {
    await writeFile(at("t.csv"), "");
    await mkdir(at("sub"));
    expect(() => requirePlace("run", at(name))).toThrow(why);
    expect(() => requirePlace("run", at("sub/t.csv"))).not.toThrow();
  });
});
