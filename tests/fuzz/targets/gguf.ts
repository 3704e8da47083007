import {modelFolder} from "../../../src/lib/checkpoint/model-folder.js";
import {openTensors} from "../../../src/lib/checkpoint/open-tensors.js";
import {readStored} from "../../../src/lib/checkpoint/stored-tensor.js";
import {bytesSource} from "../../../src/lib/io/byte-source.js";
import {oneFileFolder, readJson} from "../../../src/lib/io/model-folder.js";
import {parseTokenizer, TOKENIZER_LIMITS} from "../../../src/lib/io/tokenizer/tokenizer.js";
import {blockTensor, type Entry, f32Tensor, TYPE, writeGguf} from "../../io/gguf/write-gguf.js";
import type {FuzzTarget} from "../target.js";

const LLAMA: readonly Entry[] = [
  ["general.architecture", TYPE.string, "llama"],
  ["llama.block_count", TYPE.u32, 1],
  ["llama.embedding_length", TYPE.u32, 8],
  ["llama.feed_forward_length", TYPE.u32, 8],
  ["llama.attention.head_count", TYPE.u32, 2],
  ["llama.attention.layer_norm_rms_epsilon", TYPE.f32, 0.5],
  ["tokenizer.ggml.model", TYPE.string, "llama"],
  ["tokenizer.ggml.tokens", TYPE.array, [TYPE.string, ["a", "b", "ab"]]],
  ["tokenizer.ggml.scores", TYPE.array, [TYPE.f32, [0, 0, -1]]],
  ["tokenizer.ggml.add_bos_token", TYPE.bool, 1],
  ["tokenizer.ggml.bos_token_id", TYPE.u32, 0],
];

/** The same with merges in place of scores. */
const MERGES: readonly Entry[] = [
  ...LLAMA.filter(([key]) => !key.startsWith("tokenizer.")),
  ["llama.attention.head_count_kv", TYPE.u32, 1],
  ["llama.rope.freq_base", TYPE.f32, 10_000],
  ["tokenizer.ggml.model", TYPE.string, "gpt2"],
  ["tokenizer.ggml.pre", TYPE.string, "llama-bpe"],
  ["tokenizer.ggml.tokens", TYPE.array, [TYPE.string, ["a", "b", "ab", "<s>"]]],
  ["tokenizer.ggml.merges", TYPE.array, [TYPE.string, ["a b"]]],
  ["tokenizer.ggml.token_type", TYPE.array, [TYPE.i32, [1, 1, 1, 3]]],
  ["tokenizer.ggml.bos_token_id", TYPE.u32, 3],
];

/** Files of both versions, with values and blocks of most types. */
function smallGguf(): Uint8Array[] {
  const values: readonly Entry[] = [
    ["general.alignment", TYPE.u32, 8],
    [
      "a",
      TYPE.array,
      [
        TYPE.array,
        [
          [TYPE.u8, [1, 2]],
          [TYPE.i64, [-1]],
        ],
      ],
    ],
    ["b", TYPE.f64, 0.5],
    ["c", TYPE.i16, -7],
  ];
  const blocks = [2, 8, 12, 14, 20, 39].map((type) => blockTensor(`q${type}`, [1, 256], type, 60));
  return [
    writeGguf({
      metadata: LLAMA,
      tensors: [
        f32Tensor("token_embd.weight", [3, 8], new Float32Array(24)),
        f32Tensor("rope_freqs.weight", [2], [1, 2]),
      ],
    }),
    writeGguf({metadata: MERGES, tensors: [blockTensor("blk.0.attn_q.weight", [8, 32], 8)]}),
    writeGguf({
      metadata: values,
      tensors: [f32Tensor("w", [2, 3], [1, 2, 3, 4, 5, 6]), f32Tensor("none", [0], [])],
      alignment: 8,
      version: 2,
    }),
    writeGguf({metadata: [["general.architecture", TYPE.string, "other"]], tensors: blocks}),
  ];
}

export const gguf: FuzzTarget = {
  id: "gguf",
  seeds: async () => smallGguf(),
  async read(bytes) {
    const folder = await modelFolder(oneFileFolder("model.gguf", bytesSource(bytes)));
    const {tensors, gguf: files} = await openTensors(folder);
    for (const tensor of tensors.values()) if (tensor.unreadable === null) await readStored("fuzz", tensor);
    if (files?.metadata.get("general.architecture")?.value !== "llama") return;
    await readJson(folder, "config.json", {reader: "fuzz", limits: TOKENIZER_LIMITS});
    const json = await readJson(folder, "tokenizer.json", {reader: "fuzz", limits: TOKENIZER_LIMITS});
    if (json !== undefined) parseTokenizer(json);
  },
};
