import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, test} from "vitest";
import {SIDE_FILE_LIMITS} from "../../src/lib/io/json-file.js";
import {blobFolder, type ModelFolder, readJson} from "../../src/lib/io/model-folder.js";
import {openFolder} from "../../src/lib/io/node-file.js";

const place = {reader: "test", limits: SIDE_FILE_LIMITS};

test("dropped files and a folder on disk hold the same files by name", async () => {
  const path = await mkdtemp(join(tmpdir(), "folder-"));
  await writeFile(join(path, "config.json"), '{"a": [Infinity]}');
  const disk = await openFolder(path);
  const dropped = blobFolder([new File(['{"a": [Infinity]}'], "config.json")]);
  for (const folder of [disk, dropped]) {
    expect(await readJson(folder, "config.json", place)).toEqual(
      new Map([["a", [Number.POSITIVE_INFINITY]]]),
    );
    expect(await folder.open("nothing.json")).toBeUndefined();
    expect(await readJson(folder, "nothing.json", place)).toBeUndefined();
  }
  await disk.close();
  await rm(path, {recursive: true});
});

test("a path that is no folder is named", async () => {
  const path = await mkdtemp(join(tmpdir(), "folder-"));
  const file = join(path, "file");
  await writeFile(file, "");
  await expect(openFolder(file)).rejects.toThrow(`openFolder: path must be a folder, got ${file}`);
  await expect(openFolder(join(path, "nowhere"))).rejects.toThrow("ENOENT");
  await rm(path, {recursive: true});
});

test("JSON beside a checkpoint is not read if it is too large to be that", async () => {
  const huge: ModelFolder = {
    open: async () => ({size: 2 ** 26 + 1, read: () => Promise.reject(new Error("was read"))}),
  };
  await expect(readJson(huge, "config.json", place)).rejects.toThrow(
    "test: size of config.json must be at most 67108864 bytes, got 67108865",
  );
});
