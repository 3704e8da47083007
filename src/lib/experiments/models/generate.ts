import type {ModelRecord} from "../../architectures/model-record.js";
import {modelRecord} from "../../architectures/read-model.js";
import {constrainedLogits} from "../../decoding/grammar/constrained-decoding.js";
import {type Backend, referenceBackend} from "../../engine/backend.js";
import type {CacheSession} from "../../engine/cache/session.js";
import type {LoadOptions} from "../../engine/decoder/load-decoder.js";
import {argmax} from "../../engine/generate.js";
import {isMamba} from "../../engine/mamba/mamba-config.js";
import {openDecoder} from "../../engine/open-decoder.js";
import {readConfig} from "../../engine/read-config.js";
import {drawToken, warpLogits} from "../../engine/sampling.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {experiment, type Work} from "../../experiment/experiment.js";
import type {Tokenizer} from "../../io/tokenizer/assemble.js";
import type {ParamValues} from "../../technique/params.js";
import {randomStream} from "../../tensor/random.js";
import {openTokenizer} from "./folder-tokenizer.js";
import {cacheParams, openCached} from "./generate/cached.js";
import {draftedParams, draftedRounds, savedBy} from "./generate/drafted.js";
import {grammarParams, openGrammar, refuseGrammar} from "./generate/grammar.js";
import {maskedText} from "./generate/masked.js";
import {promptIds, stopIds} from "./generate/prompt.js";
import {textStream} from "./generate/text-stream.js";
import {packedOption, packedParam} from "./packed-param.js";

const BACKENDS: Readonly<
  Record<"wasm" | "reference", (work: Pick<Work, "threads">) => Backend | Promise<Backend>>
> = {
  wasm: ({threads}) => wasmBackend({threads: threads()}),
  reference: () => referenceBackend,
};

const measured = {provenance: "measured"} as const;

const params = {
  model: {
    kind: "file",
    label: "Model",
    help: "A folder with config.json, tokenizer.json and weights, or a GGUF file.",
    holds: "folder",
    accepts: "model folder",
    required: true,
    default: null,
  },
  prompt: {
    kind: "text",
    label: "Prompt",
    help: "What the model goes on with, or answers.",
    maxLength: 1_000_000,
    default: "",
  },
  chat: {
    kind: "choice",
    label: "Conversation",
    help: "Whether the prompt is put into the folder's chat template: where it has one, or never.",
    options: ["auto", "never"],
    default: "auto",
  },
  system: {
    kind: "text",
    label: "System",
    help: "What comes before the prompt in a conversation.",
    maxLength: 1_000_000,
    default: "",
  },
  maxTokens: {kind: "integer", label: "Tokens", help: "Added at most.", min: 1, max: 1_000_000, default: 128},
  temperature: {
    kind: "number",
    label: "Temperature",
    help: "Logits are divided by it; 0 takes the likeliest token.",
    min: 0,
    max: 100,
    default: 0.7,
  },
  topK: {
    kind: "integer",
    label: "Top k",
    help: "The likeliest tokens that are kept; 0 keeps all.",
    min: 0,
    max: 1_000_000,
    default: 0,
  },
  topP: {
    kind: "number",
    label: "Top p",
    help: "The likeliest tokens are kept until their probabilities reach it.",
    min: 0.0001,
    max: 1,
    default: 0.95,
  },
  seed: {
    kind: "integer",
    label: "Seed",
    help: "The same seed draws the same tokens.",
    min: 0,
    max: 2 ** 31 - 1,
    default: 1,
  },
  steps: {
    kind: "integer",
    label: "Passes",
    help: "Of a masked diffusion model, shared by its blocks; 0 is one a token.",
    min: 0,
    max: 1_000_000,
    default: 0,
  },
  block: {
    kind: "integer",
    label: "Tokens of a block",
    help: "A masked diffusion model writes blocks from left to right; 0 is one block of all tokens.",
    min: 0,
    max: 1_000_000,
    default: 0,
  },
  guide: {
    kind: "file",
    label: "Guide",
    help: "A decoder of the same vocabulary that says how many drafts of a masked diffusion model may stand.",
    holds: "folder",
    accepts: "model folder",
    default: null,
  },
  ...cacheParams,
  ...draftedParams,
  ...grammarParams,
  packed: packedParam,
  backend: {
    kind: "choice",
    label: "Backend",
    help: "What computes: wasm, or reference, the definition in float64 sums.",
    options: Object.keys(BACKENDS) as (keyof typeof BACKENDS)[],
    default: "wasm",
  },
} as const;

/** A text that a model folder of one's own goes on with. Progress names the text of each token as it comes. */
export const generate = experiment({
  id: "models/generate",
  title: "A text by a model of your own",
  question: "What does this model write after a prompt?",
  source: "temperature, top k and top p (arXiv:1904.09751), in this order",
  params,
  columns: {
    step: {type: "integer", label: "Step"},
    id: {type: "integer", label: "Token"},
    token: {type: "string", label: "Entry of the vocabulary", nullable: true},
    probability: {type: "number", label: "Probability it was drawn with", nullable: true},
  },
  tables: {
    prompt: {position: {type: "integer", label: "Position"}, id: {type: "integer", label: "Token"}},
    text: {
      text: {type: "string", label: "Text of the tokens"},
      end: {
        type: "string",
        label: "Why it ends: a stop token, the limit, or a grammar that allows no further token",
      },
    },
    drafts: {
      passes: {type: "integer", label: "Passes of the model after the prompt"},
      tokensPerPass: {type: "number", label: "Tokens for each of them"},
      draftPasses: {type: "integer", label: "Passes of the draft"},
      drafted: {type: "integer", label: "Drafted tokens"},
      accepted: {type: "integer", label: "Drafted tokens that were kept"},
    },
    cache: {
      tokens: {type: "integer", label: "Tokens that the model read"},
      kept: {type: "integer", label: "Keys and values that are kept", unit: "bytes"},
      read: {type: "integer", label: "Read of them by the last token", unit: "bytes"},
    },
    unused: {tensor: {type: "string", label: "Tensor of the file that no part of the model takes"}},
  },
  needs: [],
  sweep: [],
  async run(setting, {memory, progress, threads}) {
    const {model: folder, backend, maxTokens} = setting;
    const tokenizer = await openTokenizer(folder!, "generate");
    const ids = await promptIds(folder!, tokenizer, setting);
    const stops = await stopIds(folder!);
    const limits = memory === undefined ? {} : {maxBytes: memory};
    const textTokens = ids.length + maxTokens;
    const makeBackend = () => BACKENDS[backend]({threads});
    const options = {backend: await makeBackend(), textTokens, ...limits, ...packedOption(setting)};
    const record = modelRecord(await readConfig(folder!, "generate"), "generate");
    const run = {tokenizer, ids, stops, options, progress, makeBackend};
    const drafts = setting.method !== "plain" || setting.draft !== null || setting.settings !== "";
    if (drafts) refuseDrafts(setting, record);
    if (drafts || record.masked !== null || isMamba(record)) refuseCache(setting, record, drafts);
    if (record.masked !== null || drafts) refuseGrammar(setting);
    if (record.masked !== null) return fromMasks(setting, run);
    refuseMaskedOptions(setting, record.family);
    if (drafts) return fromDrafts(setting, run);
    const masks = await openGrammar(setting, tokenizer);
    const model = await openCached(folder!, setting.cache, options);
    const {read, session} = model;
    const choose = chooser(setting);
    const rows = [];
    const stream = textStream(tokenizer, ids);
    let logits = read(ids).data.subarray(-model.vocabSize);
    let end = "limit";
    let state = masks?.start ?? 0;
    for (let step = 0; step < maxTokens; step++) {
      const open = masks === null ? logits : constrainedLogits(masks, state, logits, stops);
      if (open === null) end = masks?.isComplete(state) ? "end of the grammar" : "no token fits the grammar";
      if (open === null) break;
      const {id, probability} = choose(open);
      if (stops.has(id)) end = "stop token";
      if (stops.has(id)) break;
      state = masks?.accept(state, id) ?? state;
      rows.push({step, id, token: tokenizer.token(id) ?? null, probability, ...measured});
      await progress((step + 1) / maxTokens, stream.add(id));
      if (step + 1 < maxTokens) logits = read([id]).data;
    }
    const rest = stream.rest();
    if (rest !== "") await progress(1, rest);
    return {
      rows,
      prompt: ids.map((id, position) => ({position, id, ...measured})),
      text: [{text: stream.text(), end, ...measured}],
      drafts: [],
      cache: session === null ? [] : [{...cacheCells(session), ...measured}],
      unused: model.unused.map((tensor) => ({tensor, ...measured})),
    };
  },
});

const cacheCells = (session: CacheSession) => ({
  tokens: session.cache.length,
  kept: session.bytes(),
  read: Math.round(session.bytesRead()),
});

/** @throws RangeError for a cache of a technique where no decoder reads token after token. */
function refuseCache({cache}: Setting, record: ModelRecord, drafts: boolean): void {
  if (cache === cacheParams.cache.default) return;
  const got = drafts ? "drafts" : `a ${record.family}`;
  throw new RangeError(`generate: cache must be plain but for a decoder without drafts, got ${got}`);
}

type Setting = ParamValues<typeof params>;

/** @throws RangeError for an option of masked diffusion models. */
function refuseMaskedOptions({steps, block, guide}: Setting, family: string): void {
  const given = Object.entries({steps, block, guide}).find(([, value]) => value !== 0 && value !== null);
  if (given === undefined) return;
  throw new RangeError(
    `generate: ${given[0]} must be left out but for a masked diffusion model, got a ${family}`,
  );
}

/** @throws RangeError for a model that is no decoder: drafts are verified by one that reads many tokens in a pass. */
function refuseDrafts({method}: Setting, record: ModelRecord): void {
  if (record.masked === null && !isMamba(record)) return;
  const given = method === "plain" ? "draft and settings" : "method";
  const must = method === "plain" ? "be left out" : "be plain";
  throw new RangeError(`generate: ${given} must ${must} but for a decoder, got a ${record.family}`);
}

interface TextRun {
  readonly tokenizer: Tokenizer;
  readonly ids: readonly number[];
  readonly stops: ReadonlySet<number>;
  readonly options: LoadOptions;
  readonly progress: Work["progress"];
  readonly makeBackend: () => Backend | Promise<Backend>;
}

/** A text that comes out of masks: its tokens are told as they are written, its words when all are there. */
async function fromMasks(setting: Setting, {tokenizer, ids, stops, options, progress, makeBackend}: TextRun) {
  const model = await openDecoder(setting.model!, options);
  const guide =
    setting.guide && (await openDecoder(setting.guide, {...options, backend: await makeBackend()}));
  const {tokens, isStopped} = await maskedText(model, guide, ids, {...setting, stops}, (written) =>
    progress(written / setting.maxTokens, written < setting.maxTokens ? "" : undefined),
  );
  const stream = textStream(tokenizer, ids);
  const text = tokens.map(({id}) => stream.add(id)).join("") + stream.rest();
  await progress(1, text);
  return {
    rows: tokens.map(({step, id, confidence}) => ({
      step,
      id,
      token: tokenizer.token(id) ?? null,
      probability: confidence,
      ...measured,
    })),
    prompt: ids.map((id, position) => ({position, id, ...measured})),
    text: [{text: stream.text(), end: isStopped ? "stop token" : "limit", ...measured}],
    drafts: [],
    cache: [],
    unused: model.unused.map((tensor) => ({tensor, ...measured})),
  };
}

/** A text with drafts: the tokens of a round come together, up to the first that ends the text. */
async function fromDrafts(
  setting: Setting,
  {tokenizer, ids, stops, options, progress, makeBackend}: TextRun,
) {
  const loading = {options, backend: makeBackend};
  const {rounds, unused} = await draftedRounds(setting, ids, loading);
  const stream = textStream(tokenizer, ids);
  const rows = [];
  const done = [];
  let end = "limit";
  for (const round of rounds) {
    done.push(round);
    const stop = round.written.findIndex((id) => stops.has(id));
    for (const id of stop < 0 ? round.written : round.written.slice(0, stop)) {
      rows.push({
        step: done.length - 1,
        id,
        token: tokenizer.token(id) ?? null,
        probability: null,
        ...measured,
      });
      await progress(rows.length / setting.maxTokens, stream.add(id));
    }
    if (stop >= 0) end = "stop token";
    if (stop >= 0) break;
  }
  const rest = stream.rest();
  if (rest !== "") await progress(1, rest);
  const saved = savedBy(done);
  return {
    rows,
    prompt: ids.map((id, position) => ({position, id, ...measured})),
    text: [{text: stream.text(), end, ...measured}],
    drafts: [{...saved, tokensPerPass: rows.length / saved.passes, ...measured}],
    cache: [],
    unused: unused.map((tensor) => ({tensor, ...measured})),
  };
}

/** Picks a token by its logits. */
function chooser({temperature, topK, topP, seed}: Setting) {
  const random = randomStream(seed, "generate");
  return (logits: Float32Array): {readonly id: number; readonly probability: number} => {
    if (temperature === 0) return {id: argmax(logits), probability: 1};
    const probabilities = warpLogits(logits, {temperature, topK, topP});
    const id = drawToken(probabilities, random);
    return {id, probability: probabilities[id]};
  };
}
