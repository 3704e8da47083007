import {loadTensors} from "../../src/data/data-sets.js";
import {wordCompressor} from "../../src/lib/checkpoint/wasm/wasm-dfloat11.js";
import {encodeValues} from "../../src/lib/formats/cast.js";
import type {CompressedParts} from "../../src/lib/formats/dfloat11/compress.js";
import {bf16} from "../../src/lib/formats/element.js";
import type {Contest} from "../harness/contest.js";
import {generalCompressor} from "../peers/zstd.js";

const MODEL = "decoder-large";

/** All weights of a shipped model as BF16 words. */
async function weightWords(): Promise<Uint16Array> {
  const set = await loadTensors(`src/data/models/${MODEL}/model.safetensors`);
  const values = Float32Array.from([...set.values()].flatMap(({data}) => Array.from(data)));
  return encodeValues(bf16, values) as Uint16Array;
}

const sizeOf = (parts: CompressedParts): number =>
  Object.values(parts).reduce((sum, part) => sum + part.byteLength, 0);

function requireSame(name: string, a: Uint8Array, b: Uint8Array): void {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  if (a.length !== b.length || at >= 0)
    throw new Error(`${name}: bytes must come back, got another at ${at}`);
}

async function prepared() {
  const words = await weightWords();
  const bytes = new Uint8Array(words.buffer);
  const general = await generalCompressor();
  const {compress, expand} = await wordCompressor();
  const [parts, packed] = [compress(words), general.compress(bytes)];
  requireSame("dfloat11", new Uint8Array(expand(parts, words.length).buffer), bytes);
  requireSame(general.name, general.expand(packed, bytes.length), bytes);
  const share = (size: number) => `${Math.round((100 * size) / bytes.length)} % of the size`;
  return {
    compress,
    expand,
    words,
    bytes,
    general,
    parts,
    packed,
    own: share(sizeOf(parts)),
    peer: share(packed.length),
  };
}

/** BF16 weights of a shipped model without loss, against a general compressor on the same bytes. */
export const lossless: readonly Contest[] = [
  {
    name: "decode-dfloat11",
    title: `decode dfloat11, weights of ${MODEL} in BF16`,
    unit: "MB/s",
    async prepare() {
      const {expand, words, bytes, general, parts, packed, own, peer} = await prepared();
      return {
        work: bytes.length,
        ours: () => expand(parts, words.length),
        peers: [
          {name: `${general.name}, ${peer} against ${own}`, run: () => general.expand(packed, bytes.length)},
        ],
      };
    },
  },
  {
    name: "encode-dfloat11",
    title: `encode dfloat11, weights of ${MODEL} in BF16`,
    unit: "MB/s",
    async prepare() {
      const {compress, words, bytes, general, own, peer} = await prepared();
      return {
        work: bytes.length,
        ours: () => compress(words),
        peers: [{name: `${general.name}, ${peer} against ${own}`, run: () => general.compress(bytes)}],
      };
    },
  },
];
