import {staticDecoder} from "../../src/lib/compiled/nitro/static-decoder.js";
import {plainKvCache} from "../../src/lib/engine/cache/kv-cache.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {type DecoderWeights, decoderOf} from "../../src/lib/engine/decoder/decoder-weights.js";
import {argmax, readOn} from "../../src/lib/engine/generate.js";
import {openDecoderWeights} from "../../src/lib/engine/open-decoder.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {openFolder} from "../../src/lib/io/node-file.js";
import {corpusDocument} from "../../src/lib/tasks/corpus.js";
import type {Contest, Sides} from "../harness/contest.js";
import {onnxDecoders} from "../peers/onnx-decoder.js";

const [PROMPT, TOKENS] = [32, 32];
const LENGTHS = [64, 256, 1024];

async function weights(): Promise<DecoderWeights> {
  const folder = await openFolder("src/data/models/decoder-small");
  try {
    return await openDecoderWeights(folder);
  } finally {
    await folder.close();
  }
}

/** Reads a prompt and writes a text: gives its tokens. */
type Writing = () => Promise<readonly number[]>;

/** Writes with what reads only in the background. */
async function written(
  read: (ids: readonly number[]) => Promise<Float32Array>,
  prompt: readonly number[],
  vocabSize: number,
): Promise<readonly number[]> {
  const tokens: number[] = [];
  for (let ids = prompt; tokens.length < TOKENS; ids = tokens.slice(-1)) {
    const logits = await read(ids);
    tokens.push(argmax(logits.subarray(-vocabSize)));
  }
  return tokens;
}

async function sides(compiledLength: number): Promise<Sides> {
  const model = await weights();
  const decoder = await decoderOf(model, {backend: await wasmBackend()});
  const prompt = Array.from(corpusDocument("test", 0, {context: 128}).tokens.subarray(0, PROMPT));
  const {vocabSize} = model.config;
  const ours: Writing = async () => {
    const cache = plainKvCache(decoder.config);
    return written(async (ids) => forward(decoder, ids, {cache, rows: "last"}).data, prompt, vocabSize);
  };
  const fixed = staticDecoder(decoder, {compiledLength, promptTokens: PROMPT});
  const peers = [
    {
      name: "decoder-small with fixed shapes",
      run: async () => readOn(fixed.begin().read, prompt, TOKENS).tokens,
    },
    ...(await onnxDecoders(model, {compiledLength, promptTokens: PROMPT})).map(({name, begin}) => ({
      name,
      run: () => written(begin().read, prompt, vocabSize),
    })),
  ];
  const expected = JSON.stringify(await ours());
  for (const {name, run} of peers) {
    const got = JSON.stringify(await run());
    if (got !== expected)
      throw new Error(`nitro-${compiledLength}: tokens must be ${expected}, got ${got} by ${name}`);
  }
  return {work: TOKENS, ours, peers};
}

/** Milliseconds of a token with a cache that grows, beside the same model as files of fixed shapes in onnxruntime. */
export const compiledShapes: readonly Contest[] = LENGTHS.map((compiledLength) => ({
  name: `nitro-${compiledLength}`,
  title: `A token of ${TOKENS} after ${PROMPT}, decoder-small; others compiled for ${compiledLength}`,
  unit: "ms",
  samples: 15,
  prepare: () => sides(compiledLength),
}));
