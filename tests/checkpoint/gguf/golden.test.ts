import {createHash} from "node:crypto";
import {readFileSync} from "node:fs";
import {afterEach, describe, expect, test} from "vitest";
import {modelFolder} from "../../../src/lib/checkpoint/model-folder.js";
import {openTensors} from "../../../src/lib/checkpoint/open-tensors.js";
import {readStored} from "../../../src/lib/checkpoint/stored-tensor.js";
import {readOn} from "../../../src/lib/engine/generate.js";
import {openModel} from "../../../src/lib/engine/language-model.js";
import {readJson} from "../../../src/lib/io/model-folder.js";
import {openModelPath} from "../../../src/lib/io/node-file.js";
import {parseTokenizer, TOKENIZER_LIMITS} from "../../../src/lib/io/tokenizer/tokenizer.js";
import {goldenPath, maxDifference, readExpected} from "../../engine/golden.js";

const MODELS = ["gguf-llama-f32", "gguf-llama-q8-q4", "gguf-llama-f16-ropefreqs"];

let close: () => Promise<void> = async () => undefined;
afterEach(() => close());

async function openGolden(name: string) {
  const opened = await openModelPath(`${goldenPath(name)}/model.gguf`);
  close = opened.close;
  return modelFolder(opened);
}

const expectedOf = (name: string) => JSON.parse(readFileSync(`${goldenPath(name)}/expected.json`, "utf8"));

describe.each(MODELS)("golden model %s", (name) => {
  test("unpacks every tensor to the values of the reference", async () => {
    const {tensors} = await openTensors(await openGolden(name));
    const digests = expectedOf(name).dequantized_sha256 as Readonly<Record<string, string>>;
    expect(Object.keys(digests).length).toBeGreaterThan(19);
    for (const [tensor, digest] of Object.entries(digests)) {
      const {data} = await readStored("test", tensors.get(tensor)!);
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      expect(createHash("sha256").update(bytes).digest("hex"), tensor).toBe(digest);
    }
  });

  test("gives the logits and greedy tokens of the reference", async () => {
    const {ids, logits, greedy, tolerance} = readExpected(name);
    const model = await openModel(await openGolden(name));
    const read = readOn(model.read(), ids, greedy.length);
    expect(maxDifference(read.promptLogits, logits)).toBeLessThan(tolerance);
    expect(read.tokens).toEqual(greedy.map(({token}) => token));
    expect(model.unused).toEqual([]);
  });

  test("cuts texts as llama.cpp does with the file's vocabulary", async () => {
    const json = await readJson(await openGolden(name), "tokenizer.json", {
      reader: "test",
      limits: TOKENIZER_LIMITS,
    });
    const tokenizer = parseTokenizer(json!);
    const cases = expectedOf(name).tokenize as readonly {text: string; ids: number[]}[];
    expect(cases.length).toBeGreaterThan(4);
    for (const {text, ids} of cases) {
      expect(tokenizer.encode(text, {special: false}), text).toEqual(ids);
      expect(tokenizer.decode(ids)).toBe(text);
    }
  });
});
