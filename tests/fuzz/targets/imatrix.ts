import {readImatrix} from "../../../src/lib/checkpoint/importance/imatrix-file.js";
import {bytesSource} from "../../../src/lib/io/byte-source.js";
import {legacyImatrix} from "../../checkpoint/importance/legacy-imatrix.js";
import {f32Tensor, writeGguf} from "../../io/gguf/write-gguf.js";
import type {FuzzTarget} from "../target.js";

/** Importance matrices of llama.cpp's, in both forms. */
export const imatrix: FuzzTarget = {
  id: "imatrix",
  seeds: async () => [
    legacyImatrix([2, "blk.0.attn_q.weight", 4, 2, [8, 2], "output.weight", 0, 1, [3], 7, "text.txt"]),
    writeGguf({
      tensors: [
        f32Tensor("blk.0.attn_q.weight.in_sum2", [1, 2], [8, 2]),
        f32Tensor("blk.0.attn_q.weight.counts", [1, 1], [4]),
      ],
    }),
  ],
  read: (bytes) => readImatrix(bytesSource(bytes)),
};
