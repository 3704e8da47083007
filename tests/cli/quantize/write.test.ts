import {existsSync} from "node:fs";
import {cp, mkdtemp, readdir, readFile, rm, symlink, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, afterEach, beforeAll, describe, expect, test, vi} from "vitest";
import {main} from "../../../src/cli/command-line.js";
import {writeWork} from "../../../src/cli/quantize/write-work.js";
import {modelFingerprint} from "../../../src/lib/checkpoint/fingerprint.js";
import {openCheckpoint} from "../../../src/lib/checkpoint/open-checkpoint.js";
import {recipeText} from "../../../src/lib/checkpoint/recipe.js";
import {openModelPath} from "../../../src/lib/io/node-file.js";

let folder = "";
let said = "";
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "write-"));
  await cp("src/data/models/decoder-small", at("model"), {recursive: true});
  vi.spyOn(console, "error").mockImplementation((text) => {
    said += `${text}\n`;
  });
  vi.spyOn(process.stdout, "write").mockImplementation(() => true);
});
afterEach(() => {
  said = "";
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, {recursive: true});
});

const call = (line: string, ...more: string[]) =>
  main(["quantize", ...line.split(" ").filter(Boolean), ...more]);

describe("quantize --write", () => {
  test("writes the file and the table of what is in it, and leaves nothing beside them", async () => {
    const before = await readdir(folder);
    const code = await call(
      "",
      at("model"),
      "--write",
      at("out.gguf"),
      "--format",
      "q4_0",
      "--out",
      at("out.json"),
    );
    expect([code, said]).toEqual([0, ""]);
    expect((await readdir(folder)).sort()).toEqual([...before, "out.gguf", "out.json"].sort());
    const rows = JSON.parse(await readFile(at("out.json"), "utf8"));
    const [head] = rows;
    expect(head).toMatchObject({tensor: "lm_head.weight", format: "q4_0", bitsPerElement: 4.5, note: null});
    const opened = await openModelPath(at("out.gguf"));
    expect((await openCheckpoint(opened)).tensors.size).toBe(rows.length);
    await opened.close();
  }, 30_000);

  test.each([
    ["--write a.bin --format int4", 'the ending of --write must be one of .gguf, .safetensors, got ".bin"'],
    ["--write a.gguf", "--write must come with --format or with --recipe, one of them"],
    ["--write a.gguf --format q4_0 --recipe r.json", "--write must come with --format or with --recipe"],
    ["--write a.gguf --format q4", 'got "q4"'],
    ["--write a.gguf --recipe nowhere.json", "nowhere.json could not be read"],
    [
      "--write a.gguf --format q4_0 --importance nowhere.txt",
      "--importance must be a file that exists, got nowhere.txt",
    ],
    ["--write nowhere/a.gguf --format q4_0", "nowhere/a.gguf cannot be written: its folder does not exist"],
  ])("is refused before the work: %s", async (line, message) => {
    expect(await call(line, at("model"))).toBeGreaterThan(0);
    expect(said).toContain(message);
  });

  test("weighs errors by a text that the model reads, and says so", async () => {
    await writeFile(at("text.txt"), "fact falcon garnet basket . query falcon garnet basket . ".repeat(20));
    const weighing = ["--importance", at("text.txt")];
    expect(await call("--format q4_0", at("model"), "--write", at("weighed.gguf"), ...weighing)).toBe(0);
    expect(said).toContain("quantize: importance by 200 of the 200 tokens of the text");
    const files = await Promise.all(["weighed.gguf", "out.gguf"].map((name) => readFile(at(name))));
    expect(Buffer.compare(...(files as [Buffer, Buffer]))).not.toBe(0);
    said = "";
    await writeFile(at("other.gguf"), files[1]);
    const wrong = ["--importance", at("other.gguf")];
    expect(await call("--format q4_0", at("model"), "--write", at("weighed.gguf"), ...wrong)).toBe(1);
    expect(said).toContain("other.gguf: readImatrix: GGUF file must be an importance matrix");
  }, 30_000);

  test("never writes over a file that it reads, by whatever name", async () => {
    const own = at("model/model.safetensors");
    const link = at("link.safetensors");
    await symlink(own, link);
    const bytes = await readFile(own);
    for (const [path, file] of [
      [at("model"), own],
      [own, own],
      [at("model"), link],
    ]) {
      expect(await call("--format int4", path, "--write", file)).toBe(2);
    }
    expect(said.match(/--write must not be one of the files that are read/g)).toHaveLength(3);
    await symlink(own, at("link.csv"));
    expect(await call("--formats int4", own, "--out", at("link.csv"))).toBe(2);
    expect(said).toContain("--out must not be one of the files that are read");
    expect(Buffer.compare(await readFile(own), bytes)).toBe(0);
  });

  test("leaves what stood in its place, and nothing half, when the work fails", async () => {
    const model = modelFingerprint([{name: "w", shape: [1]}]);
    await writeFile(at("other.json"), recipeText({model, tensors: []}));
    await writeFile(at("old.gguf"), "old");
    expect(await call("", at("model"), "--write", at("old.gguf"), "--recipe", at("other.json"))).toBe(1);
    expect(said).toContain("--recipe must be of this model");
    expect(await readFile(at("old.gguf"), "utf8")).toBe("old");
    expect((await readdir(folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
  }, 30_000);

  test.runIf(existsSync("/dev/full"))("fails on a disk that is full", async () => {
    const options = {
      path: at("model"),
      container: "gguf",
      asked: {format: "fp16"},
      importance: null,
      place: "/dev/full",
    } as const;
    await expect(writeWork(options, {progress: () => {}, part: async () => {}})).rejects.toThrow("ENOSPC");
  });
});
