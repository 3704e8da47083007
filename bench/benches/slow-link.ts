import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import type {DecodingMethod, DecodingModels} from "../../src/lib/decoding/method.js";
import {decodingMethods} from "../../src/lib/decoding/registry.js";
import {type DecoderWeights, decoderOf} from "../../src/lib/engine/decoder/decoder-weights.js";
import type {Decoder} from "../../src/lib/engine/decoder/load-decoder.js";
import {layoutBytes, packedLayout} from "../../src/lib/engine/packed/packed-layout.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {draftPrompts} from "../../src/lib/experiments/decoding/draft-rounds.js";
import {decoderWeights} from "../../src/lib/experiments/shared/decoders.js";
import {formats} from "../../src/lib/formats/registry.js";
import {quantizeDecoder} from "../../src/lib/quant/quantize-decoder.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import type {Contest, Sides} from "../harness/contest.js";
import {benchData} from "../harness/data.js";
import {type LayerFile, writeLayers} from "../slow-link/layer-file.js";
import {diskLink, type Link, limitedLink} from "../slow-link/link.js";
import {streamedDecoder} from "../slow-link/streamed-decoder.js";

/** Memory for weights, cache and copies: half of what the layers take in the file. */
const MEMORY_BYTES = 3e6;
const [PROMPT, TOKENS] = [128, 64];
const DRAFT = {depth: 12, width: 1};

/** SubSpec's copy of the layers, which stays packed in memory, and the bytes that it takes. */
async function substituteLayers(weights: DecoderWeights) {
  const format = formats.int4_g64_offset;
  const {weights: rounded, packed} = await quantizeDecoder(weights, {format, method: "hqq"});
  const backend = await wasmBackend();
  const products = await backend.packed!();
  let bytes = 0;
  const {layers} = await decoderOf(rounded, {
    backend,
    linear(name, weight, bias) {
      const stored = packed.get(`${name}.weight`);
      const levels = stored && format.levels!(stored);
      if (!levels) return backend.linear(weight, bias);
      bytes += layoutBytes(packedLayout(levels)!);
      return products(levels, bias, "f32")!;
    },
  });
  return {layers, bytes};
}

/** Bytes that are there in any case: embedding, head, the keys and values of a whole text, and room for one layer. */
function fixedBytes({config}: DecoderWeights, {layerBytes}: LayerFile): number {
  const {vocabSize, hiddenSize, layers, kvHeads, headDim} = config;
  const cache = 4 * layers * 2 * kvHeads * headDim * (PROMPT + TOKENS);
  return 2 * 4 * vocabSize * hiddenSize + cache + layerBytes;
}

const texts = (method: DecodingMethod, models: DecodingModels, prompts: readonly number[][], values = {}) =>
  prompts.map((prompt) => {
    const goal = {tokens: TOKENS, random: randomStream(1, "bench/slow-link")};
    return [...method.rounds(models, prompt, values, goal)].flatMap(({written}) => written);
  });

async function sides(name: string, linkOf: (path: string) => Link): Promise<Sides> {
  const weights = decoderWeights("decoder-large", await benchData(["weights/decoder-large"]));
  const folder = mkdtempSync(join(tmpdir(), "slow-link-"));
  process.once("exit", () => rmSync(folder, {recursive: true}));
  const file = writeLayers(weights, join(folder, "layers.bin"));
  const link = linkOf(file.path);
  const substitute = await substituteLayers(weights);
  const resident = (near: number) =>
    Math.floor((MEMORY_BYTES - fixedBytes(weights, file) - near) / file.layerBytes);
  const models = async (near: number): Promise<Decoder> =>
    streamedDecoder(weights, file, link, Math.max(0, resident(near)));
  const [plain, target] = [await models(0), await models(substitute.bytes)];
  if (resident(substitute.bytes) < 0)
    throw new Error(`${name}: the copy in few bits must fit into the memory`);
  const draft: Decoder = {...target, layers: substitute.layers};
  const prompts = draftPrompts(1, "tasks").slice(0, 2);
  const subspec = decodingMethods.byId("subspec");
  const ours = () => texts(subspec, {target, draft}, prompts, DRAFT);
  const peer = () => texts(decodingMethods.byId("plain"), {target: plain}, prompts);
  if (JSON.stringify(ours()) !== JSON.stringify(peer()))
    throw new Error(`${name}: the texts must be the same`);
  return {
    work: prompts.length * TOKENS,
    ours,
    peers: [
      {name: `plain decoding, ${resident(0)} of ${file.layers} layers kept, over ${link.name}`, run: peer},
    ],
  };
}

const contest = (name: string, over: string, linkOf: (path: string) => Link): Contest => ({
  name,
  title: `SubSpec with layers copied from ${over}: ${TOKENS} tokens after ${PROMPT}, decoder-large in float32, 3 MB of memory`,
  unit: "tokens/s",
  samples: 15,
  prepare: () => sides(name, linkOf),
});

/** Decoding with weights on the other side of a slow link, really copied in every pass: SubSpec against plain decoding. */
export const slowLinks: readonly Contest[] = [
  contest("slow-link-disk", "a file past the page cache", diskLink),
  contest("slow-link-100mb", "a file at 100 MB/s, by waiting", (path) => limitedLink(diskLink(path), 1e8)),
];
