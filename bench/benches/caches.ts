import type {CacheChoice} from "../../src/lib/engine/cache/choices.js";
import {plainKvCache} from "../../src/lib/engine/cache/kv-cache.js";
import {type CacheSession, wholeSession} from "../../src/lib/engine/cache/session.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import type {Decoder} from "../../src/lib/engine/decoder/load-decoder.js";
import {cacheSetting} from "../../src/lib/experiments/kv/cache-setting.js";
import {CACHES} from "../../src/lib/experiments/kv/caches.js";
import {openedDecoder} from "../../src/lib/experiments/shared/decoder-texts.js";
import {decoderWeights} from "../../src/lib/experiments/shared/decoders.js";
import {predictorOf} from "../../src/lib/experiments/shared/predictors.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import type {Contest, Sides} from "../harness/contest.js";
import {benchData} from "../harness/data.js";

const MODEL = "decoder-large";
/** Tokens before the one that is timed: as long as the model's own texts, and eight times that. */
const [SHORT, LONG] = [256, 2048];
/** Tokens of the prompt in one pass, tokens decoded before the clock starts, and how many are taken back at a time. */
const [PART, BEFORE, MOST] = [128, 40, 32];

/** Reads a prompt, and with each call one token more, so that caches do all their work; the text stays as long. */
function decoding(model: Decoder, {cache, hooks}: CacheSession, context: number): () => Float32Array {
  const stream = randomStream(1, "bench/caches");
  const draw = () => stream.integer(model.config.vocabSize);
  const options = {cache, ...(hooks && {hooks}), rows: "last"} as const;
  for (let read = 0; read < context; read += PART) forward(model, Array.from({length: PART}, draw), options);
  cache.endPrompt?.();
  const step = () => {
    if (cache.length >= context + BEFORE + MOST) cache.truncate(context + BEFORE);
    return forward(model, [draw()], options).data;
  };
  for (let n = 0; n < BEFORE; n++) step();
  return step;
}

async function sides(choice: CacheChoice): Promise<Sides> {
  const data = await benchData([`weights/${MODEL}`, `predictor/${MODEL}`]);
  const model = await openedDecoder(MODEL, data);
  const start = choice.open(cacheSetting(decoderWeights(MODEL, data), model, predictorOf(MODEL, data)));
  if (start === null) throw new Error(`cache-${choice.id}: the model must have all that the cache needs`);
  const plain = () => wholeSession({...plainKvCache(model.config), bytes: () => 0});
  return {
    work: 1,
    ours: decoding(model, start(), LONG),
    peers: [
      {name: "plain cache", run: decoding(model, plain(), LONG)},
      {name: `the same after ${SHORT}`, run: decoding(model, start(), SHORT)},
      {name: `plain cache after ${SHORT}`, run: decoding(model, plain(), SHORT)},
    ],
  };
}

/** Milliseconds of a token after a long text and a short one, by each cache at its settings that do one thing. */
export const caches: readonly Contest[] = CACHES.all
  .filter(({isShownFirst, isBound, kind}) => isShownFirst && !isBound && kind !== "combined")
  .map((choice) => ({
    name: `cache-${choice.id}`,
    title: `${choice.label}: a token after ${LONG}, ${MODEL}`,
    unit: "ms",
    samples: 15,
    prepare: () => sides(choice),
  }));
