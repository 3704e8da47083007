import {type Backend, referenceBackend} from "../../src/lib/engine/backend.js";
import {plainKvCache} from "../../src/lib/engine/cache/kv-cache.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import type {Decoder} from "../../src/lib/engine/decoder/load-decoder.js";
import {openDecoder} from "../../src/lib/engine/open-decoder.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {openFolder} from "../../src/lib/io/node-file.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {requireClose} from "../harness/agree.js";
import type {Contest} from "../harness/contest.js";

const TOKENS = 128;
/** Relative to the largest logit: six layers of float32 sums in another order. */
const TOLERANCE = 1e-3;

async function load(backend: Backend): Promise<Decoder> {
  const folder = await openFolder("src/data/models/decoder-small");
  try {
    return await openDecoder(folder, {backend});
  } finally {
    await folder.close();
  }
}

/** One token after a prompt; the cache is cut back, so that every run does the same. */
function decodeStep(model: Decoder, ids: readonly number[]): () => Float32Array {
  const cache = plainKvCache(model.config);
  forward(model, ids, {cache, rows: "last"});
  return () => {
    const {data} = forward(model, ids.slice(0, 1), {cache});
    cache.truncate(ids.length);
    return data;
  };
}

const prefill = (model: Decoder, ids: readonly number[]) => () => forward(model, ids).data;

function contest(name: string, title: string, work: typeof prefill): Contest {
  return {
    name,
    title,
    unit: "ms",
    async prepare() {
      const models = [await load(await wasmBackend()), await load(referenceBackend)] as const;
      const stream = randomStream(1, "bench/engine");
      const ids = Array.from({length: TOKENS}, () => stream.integer(models[0].config.vocabSize));
      const [ours, plain] = [work(models[0], ids), work(models[1], ids)];
      requireClose(name, ours(), plain(), TOLERANCE);
      return {work: 1, ours, peers: [{name: "plain TypeScript", run: plain}]};
    },
  };
}

/** The shipped decoder on the wasm kernels against the reference that defines it, one thread each. */
export const engine: readonly Contest[] = [
  contest("prefill-128", `decoder-small, prefill of ${TOKENS} tokens, all logits`, prefill),
  contest("decode-step", `decoder-small, one token after ${TOKENS}`, decodeStep),
];
