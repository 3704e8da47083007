import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, expectTypeOf, test} from "vitest";
import {openFiles} from "../../src/cli/files/open-files.js";
import {experiment} from "../../src/lib/experiment/experiment.js";
import {blobSource, bytesSource} from "../../src/lib/io/byte-source.js";
import {blobFolder, type ModelFolder} from "../../src/lib/io/model-folder.js";
import {allowedValues, paramFromText, paramToText} from "../../src/lib/technique/params.js";

const letters = experiment({
  id: "files/letters",
  title: "Letters",
  question: "How many bytes?",
  source: "arithmetic",
  params: {
    text: {kind: "file", label: "Text", holds: "file", accepts: "text file", required: true, default: null},
    model: {kind: "file", label: "Model", holds: "folder", accepts: "model folder", default: null},
  },
  columns: {
    bytes: {type: "integer", label: "Bytes"},
    config: {type: "integer", label: "Bytes of its config.json", nullable: true},
  },
  needs: [],
  sweep: [],
  async run({text, model}) {
    const config = await model?.open("config.json");
    return [{bytes: text!.size, config: config?.size ?? null, provenance: "measured"}];
  },
});

const text = bytesSource(Uint8Array.of(1, 2, 3));
const rows = (bytes: number, config: number | null) => [{bytes, config, provenance: "measured"}];
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "files-"));
  await writeFile(join(folder, "config.json"), "{}");
});
afterAll(() => rm(folder, {recursive: true}));

describe("a parameter that is a file", () => {
  test("arrives opened, whoever opened it", async () => {
    expect(await letters.run({text})).toEqual(rows(3, null));
    expect(await letters.run({text: blobSource(new Blob(["four"]))})).toEqual(rows(4, null));
    const model = blobFolder([new File(["{ }"], "config.json")]);
    expect(await letters.run({text, model})).toEqual(rows(3, 3));
    type Given = NonNullable<Parameters<typeof letters.run>[0]>;
    expectTypeOf<Given["model"]>().toEqualTypeOf<ModelFolder | null | undefined>();
  });

  test("is opened from a path by the command line, and closed", async () => {
    const {values, close} = await openFiles(letters.params, {
      text: join(folder, "config.json"),
      model: folder,
    });
    expect(await letters.run(values)).toEqual(rows(2, 2));
    await close();
    await expect((values.text as typeof text).read(0, 1)).rejects.toThrow();
  });

  test("that cannot be opened is told by its path", async () => {
    const missing = openFiles(letters.params, {model: folder, text: join(folder, "none.txt")});
    await expect(missing).rejects.toThrow("none.txt");
    await expect(openFiles(letters.params, {model: join(folder, "none")})).rejects.toThrow("none");
  });

  test.each([
    [{}, "run files/letters: text must be a text file, got none"],
    [{text: null}, "run files/letters: text must be a text file, got none"],
    [{text: "a.txt"}, 'run files/letters: text must be a text file, got "a.txt"'],
    [{text: blobFolder([])}, "run files/letters: text must be a text file, got [object Object]"],
    [{text, model: text}, "run files/letters: model must be a model folder, got [object Object]"],
  ])("refuses %j", async (given, message) => {
    await expect(letters.run(given as never)).rejects.toThrow(message);
  });

  test("has no text in an address, and is read from a command line as the path it is", () => {
    expect(paramToText(text)).toBe("");
    expect(paramToText(null)).toBe("");
    expect(paramFromText(letters.params.text, "a,b.txt")).toBe("a,b.txt");
    expect(allowedValues(letters.params.model)).toBe("a model folder");
  });
});
