import {expect, test} from "vitest";
import {droppedFiles, pickedFiles} from "../../../src/components/by-hand/checkpoint/dropped-files.js";

const file = (name: string, webkitRelativePath = "") =>
  Object.assign(new File(["x"], name), {webkitRelativePath}) as File;

const fileEntry = (name: string) => ({
  isFile: true,
  isDirectory: false,
  file: (tell: (f: File) => void) => tell(file(name)),
});

/** A folder whose entries come two at a time, as a browser gives them. */
function folderEntry(names: readonly string[]) {
  const entries: object[] = [...names.map(fileEntry), {isFile: false, isDirectory: true}];
  const readEntries = (tell: (found: object[]) => void) => tell(entries.splice(0, 2));
  return {isFile: false, isDirectory: true, createReader: () => ({readEntries})};
}

const transfer = (entries: readonly (object | null)[]) =>
  ({
    items: entries.map((entry, i) => ({
      kind: "file",
      webkitGetAsEntry: () => entry,
      getAsFile: () => file(`single-${i}`),
    })),
  }) as unknown as DataTransfer;

const names = (files: readonly File[]) => files.map(({name}) => name);

test("a dropped folder gives the files that lie in it directly, however many at a time they come", async () => {
  const dropped = transfer([folderEntry(["config.json", "a.safetensors", "b.safetensors"])]);
  expect(names(await droppedFiles(dropped))).toEqual(["config.json", "a.safetensors", "b.safetensors"]);
});

test("dropped files are taken as they are, beside a folder or alone; nothing dropped is nothing", async () => {
  expect(names(await droppedFiles(transfer([fileEntry("x"), folderEntry(["y"])])))).toEqual([
    "single-0",
    "y",
  ]);
  expect(await droppedFiles(null)).toEqual([]);
});

test("of a picked folder the files in its own folders are left out", () => {
  const files = [file("config.json", "model/config.json"), file("old.bin", "model/backup/old.bin")];
  expect(names(pickedFiles(files))).toEqual(["config.json"]);
});
