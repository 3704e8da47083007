import {afterEach, describe, expect, test} from "vitest";
import {ggufTokenizer} from "../../../src/lib/checkpoint/gguf/gguf-tokenizer.js";
import {modelFolder} from "../../../src/lib/checkpoint/model-folder.js";
import {openTensors} from "../../../src/lib/checkpoint/open-tensors.js";
import {readStored} from "../../../src/lib/checkpoint/stored-tensor.js";
import {tokenizerEntries} from "../../../src/lib/checkpoint/write/tokenizer-metadata.js";
import {readOn} from "../../../src/lib/engine/generate.js";
import {openModel} from "../../../src/lib/engine/language-model.js";
import {formatById} from "../../../src/lib/formats/registry.js";
import {parseGguf} from "../../../src/lib/io/gguf/gguf.js";
import {type JsonObject, parseJsonObject} from "../../../src/lib/io/json-file.js";
import {openModelPath} from "../../../src/lib/io/node-file.js";
import {parseTokenizer, TOKENIZER_LIMITS} from "../../../src/lib/io/tokenizer/tokenizer.js";
import {goldenPath, maxDifference, readExpected} from "../../engine/golden.js";
import {folderOf} from "../folder.js";
import {write} from "./write.js";

let close: () => Promise<void> = async () => undefined;
afterEach(() => close());

async function openGolden(path: string) {
  const opened = await openModelPath(goldenPath(path));
  close = opened.close;
  return opened;
}

describe("a GGUF file of safetensors", () => {
  test.each(["llama-f32", "llama-bf16", "qwen2-f32", "llama3-rope-f32", "llama3-rope-sharded"])(
    "of golden model %s gives its logits and greedy tokens",
    async (name) => {
      const {ids, logits, greedy, tolerance} = readExpected(name);
      const written = await write(await openGolden(name), "gguf", {format: "fp32"});
      const model = await openModel(await modelFolder(written.folder));
      const read = readOn(model.read(), ids, greedy.length);
      expect(maxDifference(read.promptLogits, logits)).toBeLessThan(tolerance);
      expect(read.tokens).toEqual(greedy.map(({token}) => token));
      expect(model.unused).toEqual([]);
    },
  );

  test("has vectors as F32, and says where its blocks do not fit the rows", async () => {
    const {bytes, tensors} = await write(await openGolden("qwen2-f32"), "gguf", {format: "Q4_K"});
    const types = Array.from(parseGguf(bytes).tensors.values(), ({name, type}) => [name, type.name]);
    const byName = Object.fromEntries(types);
    expect(byName["blk.0.attn_q.bias"]).toBe("f32");
    expect(byName["blk.0.attn_norm.weight"]).toBe("f32");
    expect(byName["blk.0.attn_q.weight"]).toBe("q5_0");
    expect(byName["blk.0.ffn_down.weight"]).toBe("f16");
    const notes = Object.fromEntries(tensors.map(({name, note}) => [name, note]));
    expect(notes["blk.0.attn_q.weight"]).toBe(
      "rows of 32 are no multiple of the 256 of a block of q4_K: written as q5_0",
    );
    expect(notes["blk.0.ffn_down.weight"]).toContain("rows of 80 are no multiple");
    expect(notes["blk.0.attn_norm.weight"]).toBeNull();
  });

  test.each([
    [
      "mistral-f32",
      "fp16",
      "sliding window must be none, or the 256 tokens of the context to be written as GGUF, got 8",
    ],
    ["opt-f32", "fp16", "model_type must be llama, mistral, qwen2 to be written as GGUF, got opt"],
    ["llama-f32", "int4", "a format must be one of ggml's to be written as GGUF, got int4"],
  ])("is refused for what it has no place for: %s in %s", async (name, format, message) => {
    await expect(write(await openGolden(name), "gguf", {format})).rejects.toThrow(message);
  });

  test("is refused without a config.json", async () => {
    const opened = await openGolden("llama-f32");
    const source = await opened.open("model.safetensors");
    const alone = folderOf({"model.safetensors": await source!.read(0, source!.size)});
    await expect(write(alone, "gguf", {format: "fp16"})).rejects.toThrow("must hold a config.json");
  });
});

describe("a GGUF file of another", () => {
  test("keeps metadata and what is not asked for, and holds the bytes of the format else", async () => {
    const opened = await openGolden("gguf-llama-f32/model.gguf");
    const source = await openTensors(opened);
    const {bytes, folder} = await write(opened, "gguf", {format: "q8_0"});
    const {metadata} = parseGguf(bytes);
    const changed = new Map(source.gguf!.metadata);
    changed
      .set("general.file_type", {type: "u32", value: 7})
      .set("general.quantization_version", {type: "u32", value: 2});
    expect(new Map(metadata)).toEqual(changed);
    const q8 = formatById("q8_0");
    const {tensors} = await openTensors(folder);
    expect([...tensors.keys()]).toEqual([...source.tensors.keys()]);
    for (const [name, tensor] of source.tensors) {
      const x = await readStored("test", tensor);
      const isPacked = tensor.shape.length > 1;
      expect(tensors.get(name)!.dtype, name).toBe(isPacked ? "q8_0" : tensor.dtype);
      const wanted = isPacked ? q8.decode(q8.encode(x)).data : x.data;
      expect((await readStored("test", tensors.get(name)!)).data, name).toEqual(wanted);
    }
  });

  test("has the same bytes where every tensor keeps its format", async () => {
    const opened = await openGolden("gguf-llama-q8-q4/model.gguf");
    const {tensors} = await openTensors(opened);
    const first = await write(opened, "gguf", {format: "q4_0"});
    const again = await write(first.folder, "gguf", {format: "q4_0"});
    expect(Buffer.compare(again.bytes, first.bytes)).toBe(0);
    expect(first.tensors).toHaveLength(tensors.size);
  });
});

const jsonOf = (text: string): JsonObject =>
  parseJsonObject(new TextEncoder().encode(text), {
    reader: "test",
    field: "tokenizer.json",
    limits: TOKENIZER_LIMITS,
  });
const again = (entries: ReturnType<typeof tokenizerEntries>["entries"]) => {
  const read = ggufTokenizer(new Map(entries))!;
  return parseTokenizer(jsonOf(typeof read === "string" ? read : JSON.stringify(read)));
};

describe("a tokenizer in GGUF", () => {
  const TEXTS = [
    "Hello world! It's 12345 of them.",
    "  two  spaces\n\nand lines ",
    "Ünïcödé 漢字 🙂",
    "<|begin_of_text|>x",
  ];

  test.each(["tokenizer-llama3", "tokenizer-gpt2"])("cuts texts as %s does", async (name) => {
    const source = await (await openGolden(name)).open("tokenizer.json");
    const json = new TextDecoder().decode(await source!.read(0, source!.size));
    const own = parseTokenizer(jsonOf(json));
    const {entries, note} = tokenizerEntries(jsonOf(json), json, own.size);
    expect(note).toBeNull();
    const read = again(entries);
    for (const text of TEXTS) {
      expect(read.encode(text, {special: false}), text).toEqual(own.encode(text, {special: false}));
    }
  });

  const pieces = ["<unk>", "<s>", "<0x41>", "▁", "a", "b", "▁a", "ab", "▁ab"];
  const sentencePiece = (merges: readonly string[]) =>
    JSON.stringify({
      added_tokens: [
        {
          id: 1,
          content: "<s>",
          special: true,
          single_word: false,
          lstrip: false,
          rstrip: false,
          normalized: false,
        },
      ],
      normalizer: {
        type: "Sequence",
        normalizers: [
          {type: "Prepend", prepend: "▁"},
          {type: "Replace", pattern: {String: " "}, content: "▁"},
        ],
      },
      pre_tokenizer: null,
      decoder: null,
      model: {
        type: "BPE",
        unk_token: "<unk>",
        fuse_unk: true,
        byte_fallback: true,
        vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
        merges,
      },
    });

  test("of pieces with byte fallback has scores in the order of its merges", () => {
    const json = sentencePiece(["▁ a", "a b", "▁ ab", "▁a b"]);
    const {entries, note} = tokenizerEntries(jsonOf(json), json, 10);
    expect(note).toBeNull();
    const values = new Map(entries);
    expect(values.get("tokenizer.ggml.model")?.value).toBe("llama");
    expect(values.get("tokenizer.ggml.token_type")?.value).toEqual([2, 3, 6, 1, 1, 1, 1, 1, 1, 5]);
    expect(values.get("tokenizer.ggml.tokens")?.value).toContain("[PAD9]");
    const own = parseTokenizer(jsonOf(json));
    for (const text of ["ab a b", "aab", "A b"])
      expect(again(entries).encode(text)).toEqual(own.encode(text));
  });

  test("that scores cannot say is kept whole, and says so", () => {
    const json = sentencePiece(["▁ ab", "a b", "▁ a", "▁a b"]);
    const {entries, note} = tokenizerEntries(jsonOf(json), json, 9);
    expect(note).toContain("llama.cpp has no tokenizer like this one (BPE)");
    expect(new Map(entries).get("tokenizer.ggml.model")?.value).toBe("none");
    expect(again(entries).encode("ab a")).toEqual(parseTokenizer(jsonOf(json)).encode("ab a"));
  });
});
