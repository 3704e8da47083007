import {plainKvCache} from "../../engine/cache/kv-cache.js";
import {forward} from "../../engine/decoder/decoder.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {drawToken, type Warp, warpLogits} from "../../engine/sampling.js";
import type {RandomStream} from "../../tensor/random.js";
import {requireInteger} from "../../tensor/require.js";
import {
  catchUp,
  contextTokens,
  type DecodingGoal,
  GREEDY,
  type Passes,
  type Round,
  requireGoal,
  sumPasses,
} from "../decoding-run.js";
import type {DraftTree} from "../tree/draft-tree.js";
import {verifyChain} from "./verify-chain.js";

/** Length and law of a drafted chain. */
export interface ChainDraft {
  /** γ: tokens drafted before each pass of the target. */
  readonly gamma: number;
  /** The draft's own change of its probabilities; the output keeps the target's law whatever it is. */
  readonly warp: Warp;
}

/**
 * Speculative sampling with a chain (Leviathan et al., arXiv:2211.17192; Chen et al., arXiv:2302.01318): a small model draws
 * γ tokens one by one, one pass of the target gives its laws at all of them, and {@link verifyChain} keeps or replaces. The
 * text has the target's law exactly.
 * @param draft a model with the target's vocabulary
 * @throws RangeError as {@link requireGoal}, for models of different vocabularies, or a γ below 1.
 */
export function* chainDecoding(
  target: Decoder,
  draft: Decoder,
  prompt: readonly number[],
  {gamma, warp: draftWarp}: ChainDraft,
  goal: DecodingGoal & {readonly random: RandomStream},
): Generator<Round, void> {
  const context = Math.min(contextTokens(target), contextTokens(draft));
  requireGoal("chainDecoding", prompt, goal, context);
  requireInteger("chainDecoding", "gamma", gamma, 1);
  requireOneVocabulary(target, draft);
  const {tokens, eos = null, warp = GREEDY, random} = goal;
  const caches = {target: plainKvCache(target.config), draft: plainKvCache(draft.config)};
  const text = [...prompt];
  const uniforms = {accept: () => random.uniform(), draw: () => random.uniform()};
  for (let left = tokens; left > 0 && text.length <= context; ) {
    const drafts = reader(draft, caches.draft, text);
    const targets = reader(target, caches.target, text);
    const drafted = drawChain(
      drafts.read,
      Math.min(gamma, left - 1, context - text.length),
      draftWarp,
      random,
      text,
    );
    const ids = [text[text.length - 1], ...drafted.tokens];
    const laws = targets.read(ids).map((row) => warpLogits(row, warp));
    const {accepted, token} = verifyChain(drafted.tokens, laws, drafted.laws, uniforms);
    const written = untilEnd([...drafted.tokens.slice(0, accepted), token], eos);
    for (const id of written) text.push(id);
    left -= written.length;
    // Both caches hold the text but its last token, whose keys nobody has computed.
    for (const cache of [caches.target, caches.draft])
      cache.truncate(Math.min(cache.length, text.length - 1));
    yield {
      written,
      tree: chainTree(ids[0], drafted),
      drafted: drafted.tokens.length,
      accepted: Math.min(accepted, written.length),
      target: targets.passes(),
      draft: drafts.passes(),
    };
    if (written.at(-1) === eos) return;
  }
}

function requireOneVocabulary(target: Decoder, draft: Decoder): void {
  const [of, with_] = [target.config.vocabSize, draft.config.vocabSize];
  if (of !== with_)
    throw new RangeError(`chainDecoding: draft must have the target's vocabulary of ${of}, got ${with_}`);
}

/** Reads on in a text with a cache, and counts. */
function reader(model: Decoder, cache: ReturnType<typeof plainKvCache>, text: readonly number[]) {
  let all: Passes = catchUp(text, cache, (ids) => forward(model, ids, {cache, rows: "last"}));
  const width = model.config.vocabSize;
  return {
    read(ids: readonly number[]): Float32Array[] {
      all = sumPasses(all, {passes: 1, tokens: ids.length});
      const {data} = forward(model, ids, {cache});
      return ids.map((_, i) => data.subarray(i * width, (i + 1) * width));
    },
    passes: () => all,
  };
}

interface DrawnChain {
  readonly tokens: readonly number[];
  readonly laws: readonly Float64Array[];
}

/** Tokens drawn one after the other, each with the law that it came from. */
function drawChain(
  read: (ids: readonly number[]) => Float32Array[],
  length: number,
  warp: Warp,
  random: RandomStream,
  text: readonly number[],
): DrawnChain {
  const tokens: number[] = [];
  const laws: Float64Array[] = [];
  for (let last = text[text.length - 1]; tokens.length < length; last = tokens[tokens.length - 1]) {
    const law = warpLogits(read([last])[0], warp);
    laws.push(law);
    tokens.push(drawToken(law, random));
  }
  return {tokens, laws};
}

/** The chain as a tree, with the probability that the draft gave each beginning of it. */
function chainTree(root: number, {tokens, laws}: DrawnChain): DraftTree {
  let probability = 1;
  return {
    tokens: [root, ...tokens],
    parents: [root, ...tokens].map((_, i) => i - 1),
    depths: [root, ...tokens].map((_, i) => i),
    probabilities: [1, ...tokens.map((token, i) => (probability *= laws[i][token]))],
  };
}

/** Tokens up to the one that ends the text. */
function untilEnd(tokens: readonly number[], eos: number | null): readonly number[] {
  const end = eos === null ? -1 : tokens.indexOf(eos);
  return end < 0 ? tokens : tokens.slice(0, end + 1);
}
