import {confidences} from "../../src/lib/diffusion/confidence.js";
import {maskedModel} from "../../src/lib/diffusion/engine-model.js";
import {decoderGuide} from "../../src/lib/diffusion/guide.js";
import {guidedUnmask} from "../../src/lib/diffusion/guided.js";
import {guidedFeeds} from "../../src/lib/diffusion/guided-feed.js";
import {reuses} from "../../src/lib/diffusion/reuse.js";
import {finished, unmask} from "../../src/lib/diffusion/unmask.js";
import {plainKvCache} from "../../src/lib/engine/cache/kv-cache.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import type {Decoder} from "../../src/lib/engine/decoder/load-decoder.js";
import {greedy} from "../../src/lib/engine/generate.js";
import {openDecoder} from "../../src/lib/engine/open-decoder.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {openFolder} from "../../src/lib/io/node-file.js";
import {corpusDocument} from "../../src/lib/tasks/corpus.js";
import type {Contest} from "../harness/contest.js";

const [CONTEXT, TOKENS, BLOCK] = [128, 32, 8];
const CACHED = "decoder-small with its cache";

interface Models {
  readonly masked: Decoder;
  readonly decoder: Decoder;
  readonly prompt: readonly number[];
}

async function load(id: string): Promise<Decoder> {
  const folder = await openFolder(`src/data/models/${id}`);
  try {
    return await openDecoder(folder, {backend: await wasmBackend()});
  } finally {
    await folder.close();
  }
}

async function models(): Promise<Models> {
  const {tokens} = corpusDocument("test", 0, {context: CONTEXT, mix: "retrieval"});
  const prompt = Array.from(tokens.subarray(0, tokens.length - TOKENS));
  return {masked: await load("diffusion-small"), decoder: await load("decoder-small"), prompt};
}

/** Blocks of words from left to right, one a pass, with a kind of reuse. */
const inBlocks =
  (id: string) =>
  ({masked, prompt}: Models) => {
    const rules = {
      blockLength: BLOCK,
      confidence: confidences.byId("low_confidence"),
      reuse: reuses.byId(id),
    };
    return finished(unmask(maskedModel(masked), prompt, {tokens: TOKENS, ...rules})).result;
  };

const guided =
  (feed: string) =>
  ({masked, decoder, prompt}: Models) =>
    finished(
      guidedUnmask(maskedModel(masked), decoderGuide(decoder), prompt, {
        tokens: TOKENS,
        feed: guidedFeeds.byId(feed),
      }),
    ).result;

/** Text after a prompt beside the decoder's: other words, as many of them. */
function textContest(name: string, way: string, write: (models: Models) => readonly number[]): Contest {
  return {
    name: `diffusion-${name}`,
    title: `diffusion-small, a word of ${TOKENS} after ${CONTEXT + 1 - TOKENS}, ${way}`,
    unit: "ms",
    async prepare() {
      const all = await models();
      const {decoder, prompt} = all;
      const ours = () => write(all);
      const cached = () => [...prompt, ...greedy(decoder, prompt, TOKENS).tokens];
      for (const text of [ours(), cached()])
        if (text.length !== CONTEXT + 1) throw new Error(`diffusion-${name}: a text must have all its words`);
      return {work: TOKENS, ours, peers: [{name: CACHED, run: cached}]};
    },
  };
}

/** One pass over all words, beside one that reuses the prompt and the decoder's over one word. */
const step: Contest = {
  name: "diffusion-step",
  title: `diffusion-small, a pass over ${CONTEXT + 1} words`,
  unit: "ms",
  async prepare() {
    const {masked, decoder, prompt} = await models();
    const model = maskedModel(masked);
    const x = [...prompt, ...Array<number>(TOKENS).fill(model.maskToken)];
    const text = model.open(x.length);
    const pass = (from: number) => () => text.predict(x, {from, to: x.length}).logits;
    pass(0)();
    const cache = plainKvCache(decoder.config);
    forward(decoder, prompt, {cache, rows: "last"});
    const word = () => {
      const {data} = forward(decoder, prompt.slice(0, 1), {cache});
      cache.truncate(prompt.length);
      return data;
    };
    const peers = [
      {name: "the prompt reused", run: pass(prompt.length)},
      {name: CACHED, run: word},
    ];
    return {work: 1, ours: pass(0), peers};
  },
};

/** A masked diffusion model and the decoder that is as large, both on the same kernels. */
export const diffusion: readonly Contest[] = [
  step,
  textContest("plain", "a word a pass", inBlocks("none")),
  textContest("freecache", "a word a pass, FreeCache", inBlocks("freecache")),
  textContest("guided", "guided", guided("none")),
  textContest("guided-freecache", "guided, all that is written reused", guided("once-clean")),
];
