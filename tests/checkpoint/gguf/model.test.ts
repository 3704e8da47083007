import {describe, expect, test} from "vitest";
import {modelFolder} from "../../../src/lib/checkpoint/model-folder.js";
import {openCheckpoint} from "../../../src/lib/checkpoint/open-checkpoint.js";
import {SIDE_FILE_LIMITS} from "../../../src/lib/io/json-file.js";
import {readJson} from "../../../src/lib/io/model-folder.js";
import {type Entry, f32Tensor, TYPE, type WrittenTensor, writeGguf} from "../../io/gguf/write-gguf.js";
import {folderOf} from "../folder.js";

const KEYS: readonly Entry[] = [
  ["general.architecture", TYPE.string, "llama"],
  ["llama.block_count", TYPE.u32, 1],
  ["llama.context_length", TYPE.u32, 64],
  ["llama.embedding_length", TYPE.u32, 8],
  ["llama.feed_forward_length", TYPE.u32, 16],
  ["llama.attention.head_count", TYPE.u32, 2],
  ["llama.attention.head_count_kv", TYPE.u32, 1],
  ["llama.attention.layer_norm_rms_epsilon", TYPE.f32, 0.5],
  ["tokenizer.ggml.bos_token_id", TYPE.u32, 1],
];
const EMBEDDING = f32Tensor("token_embd.weight", [3, 8], new Float32Array(24));

function gguf(changes: readonly Entry[] = [], tensors: readonly WrittenTensor[] = [EMBEDDING]) {
  const changed = new Set(changes.map(([key]) => key));
  return writeGguf({metadata: [...KEYS.filter(([key]) => !changed.has(key)), ...changes], tensors});
}

async function configOf(bytes: Uint8Array) {
  const folder = await modelFolder(folderOf({"model.gguf": bytes}));
  const json = await readJson(folder, "config.json", {reader: "test", limits: SIDE_FILE_LIMITS});
  return Object.fromEntries(json!);
}

describe("a GGUF file as a model folder", () => {
  test("says its config in the usual words", async () => {
    expect(await configOf(gguf())).toMatchObject({
      model_type: "llama",
      architectures: ["LlamaForCausalLM"],
      hidden_size: 8,
      intermediate_size: 16,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      num_key_value_heads: 1,
      head_dim: 4,
      vocab_size: 3,
      max_position_embeddings: 64,
      rms_norm_eps: 0.5,
      rope_theta: 10_000,
      tie_word_embeddings: true,
      bos_token_id: 1,
    });
  });

  test("stretches its frequencies as the keys or the tensor of divisors say", async () => {
    const scaled = gguf([
      ["llama.rope.scaling.type", TYPE.string, "linear"],
      ["llama.rope.scaling.factor", TYPE.f32, 4],
    ]);
    expect((await configOf(scaled)).rope_scaling).toEqual(
      new Map<string, unknown>([
        ["rope_type", "linear"],
        ["factor", 4],
      ]),
    );
    const divided = gguf([], [EMBEDDING, f32Tensor("rope_freqs.weight", [2], [1, 8])]);
    const scaling = (await configOf(divided)).rope_scaling as Map<string, unknown>;
    expect(Object.fromEntries(scaling)).toMatchObject({
      short_factor: [1, 8],
      long_factor: [1, 8],
      attention_factor: 1,
    });
  });

  test.each([
    [
      ["general.architecture", TYPE.string, "clip"],
      "general.architecture must be one of llama, qwen2, got clip",
    ],
    [["llama.expert_count", TYPE.u32, 8], "llama.expert_count must be 0, got 8"],
    [
      ["llama.logit_scale", TYPE.f32, 0.5],
      "llama.logit_scale must be absent: what it changes is not known here, got 0.5",
    ],
    [
      ["llama.attention.head_count_kv", TYPE.array, [TYPE.u32, [1, 2]]],
      "must be the same for all layers, got [1, 2]",
    ],
    [["llama.rope.scaling.type", TYPE.string, "odd"], "must be none, linear or yarn, got odd"],
    [["llama.attention.value_length", TYPE.u32, 6], "must be 4, as the keys, got 6"],
    [["llama.block_count", TYPE.string, "one"], "llama.block_count must be a number, got one"],
  ] as const)("refuses what would change its meaning: %s", async (entry, message) => {
    await expect(configOf(gguf([entry as Entry]))).rejects.toThrow(message);
  });

  test("has the rows of queries and keys in the published order", async () => {
    const rows = [0, 1, 2, 3, 4, 5, 6, 7];
    const q = f32Tensor("blk.0.attn_q.weight", [8, 1], rows);
    const k = f32Tensor("blk.0.attn_k.weight", [4, 1], rows.slice(0, 4));
    const v = f32Tensor("blk.0.attn_v.weight", [4, 1], rows.slice(0, 4));
    const other = f32Tensor("blk.0.odd.weight", [1], [1]);
    const checkpoint = await openCheckpoint(
      await modelFolder(folderOf({"m.gguf": gguf([], [EMBEDDING, q, k, v, other])})),
    );
    const read = async (name: string) =>
      Array.from((await checkpoint.read(`model.layers.0.self_attn.${name}_proj.weight`)).data);
    // Stored row 2j is row j of a head, stored row 2j + 1 row j + d/2.
    expect(await read("q")).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
    expect(await read("k")).toEqual([0, 2, 1, 3]);
    expect(await read("v")).toEqual([0, 1, 2, 3]);
    expect([...checkpoint.tensors.keys()]).toContain("blk.0.odd.weight");
  });

  test("is found alone in a folder, and must be chosen among several", async () => {
    const file = gguf();
    await expect(modelFolder(folderOf({"a.gguf": file, "b.gguf": file}))).rejects.toThrow(
      "model folder must be a folder with one GGUF model, or one of its files, got a.gguf, b.gguf",
    );
    const chosen = await modelFolder(folderOf({"a.gguf": file, "b.gguf": file}, "b.gguf"));
    expect(await chosen.open("config.json")).toBeDefined();
    const plain = folderOf({"a.gguf": file, "model.safetensors": file});
    expect(await modelFolder(plain)).toBe(plain);
  });

  test("says whether a begin token is put before a text, and the template of its chats", async () => {
    const entries: Entry[] = [
      ["tokenizer.ggml.model", TYPE.string, "gpt2"],
      ["tokenizer.ggml.pre", TYPE.string, "qwen2"],
      ["tokenizer.ggml.tokens", TYPE.array, [TYPE.string, ["a", "<s>"]]],
      ["tokenizer.ggml.merges", TYPE.array, [TYPE.string, []]],
      ["tokenizer.chat_template", TYPE.string, "{{ messages }}"],
    ];
    const settingsOf = async (...more: Entry[]) => {
      const folder = await modelFolder(folderOf({"m.gguf": gguf([...entries, ...more])}));
      const json = await readJson(folder, "tokenizer_config.json", {
        reader: "test",
        limits: SIDE_FILE_LIMITS,
      });
      return Object.fromEntries(json!);
    };
    expect(await settingsOf()).toEqual({
      add_bos_token: false,
      bos_token: "<s>",
      chat_template: "{{ messages }}",
    });
    expect(await settingsOf(["tokenizer.ggml.add_bos_token", TYPE.bool, 1])).toMatchObject({
      add_bos_token: true,
    });
  });

  test("whose tokenizer is of another kind says so when it is asked for", async () => {
    const tokens: Entry = ["tokenizer.ggml.tokens", TYPE.array, [TYPE.string, ["a"]]];
    const folder = (...entries: Entry[]) => modelFolder(folderOf({"m.gguf": gguf([tokens, ...entries])}));
    expect(await (await folder()).open("tokenizer.json")).toBeUndefined();
    const other = await folder(["tokenizer.ggml.model", TYPE.string, "t5"]);
    await expect(other.open("tokenizer.json")).rejects.toThrow(
      "tokenizer.ggml.model must be one of gpt2, llama, got t5",
    );
    const split = await folder(
      ["tokenizer.ggml.model", TYPE.string, "gpt2"],
      ["tokenizer.ggml.pre", TYPE.string, "odd"],
    );
    await expect(split.open("tokenizer.json")).rejects.toThrow(
      "tokenizer.ggml.pre must be one of gpt-2, llama-bpe",
    );
  });
});
