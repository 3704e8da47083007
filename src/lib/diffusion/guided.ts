import {argmax} from "../engine/generate.js";
import {type RandomStream, randomStream} from "../tensor/random.js";
import {requireInteger} from "../tensor/require.js";
import {
  type Acceptance,
  type AcceptanceValues,
  acceptanceParams,
  acceptances,
  acceptedPrefix,
} from "./acceptance.js";
import type {Guide, GuideText} from "./guide.js";
import {type GuidedFeed, guidedFeeds} from "./guided-feed.js";
import {type MaskedModel, type MaskedWork, passWork, rowAt, type Span} from "./masked-text.js";

/** Rules of guided diffusion. */
export interface GuidedOptions {
  /** Tokens to write. */
  readonly tokens: number;
  readonly acceptance?: Acceptance;
  readonly values?: Partial<AcceptanceValues>;
  /** What is fed to the diffusion model. */
  readonly feed?: GuidedFeed;
  /** Length of a block for {@link GuidedFeed}s that go by blocks. */
  readonly blockLength?: number;
  /** Token that ends the text: the masks after it become it too. null: none. */
  readonly eos?: number | null;
  /** Drafts that the guide judges in one pass. */
  readonly chunk?: number;
  /** `draft`: a refused first draft is written all the same; `guide`: the guide's choice stands in for the refused one. */
  readonly refused?: "draft" | "guide";
  readonly random?: RandomStream;
}

/** One step of guided diffusion. */
export interface GuidedStep {
  readonly before: readonly number[];
  /** Masked positions that were drafted, and the drafts. */
  readonly open: readonly number[];
  readonly drafts: readonly number[];
  /** Drafts, from the first, that the guide let stand. */
  readonly accepted: number;
  /** Positions written by this step, those filled behind an end left out. */
  readonly written: readonly number[];
  readonly after: readonly number[];
  readonly fed: Span;
  readonly work: MaskedWork;
  readonly guideWork: readonly MaskedWork[];
}

/**
 * Guided diffusion: the diffusion model drafts every mask at once, a small model that reads from left to right says how many
 * of the drafts, from the first, may stand; at least one is written. All tokens are the diffusion model's own, unless
 * `refused` is `guide`. (arXiv:2505.21467, section 3; released `assisted_block_diffusion_generate`)
 * @returns the whole text
 * @throws RangeError for an empty prompt or a bad option.
 */
export function* guidedUnmask(
  model: MaskedModel,
  guide: Guide,
  prompt: readonly number[],
  options: GuidedOptions,
): Generator<GuidedStep, readonly number[]> {
  const {tokens, feed = guidedFeeds.byId("prompt-only"), blockLength = 32, eos = null} = options;
  requireInteger("guidedUnmask", "tokens", tokens, 1);
  requireInteger("guidedUnmask", "blockLength", blockLength, 1);
  if (prompt.length === 0)
    throw new RangeError("guidedUnmask: prompt must have at least one token, got none");
  const x = [...prompt, ...Array<number>(tokens).fill(model.maskToken)];
  const text = model.open(x.length);
  const judged = judging(guide.open(), options);
  let [written, open] = [prompt.length, prompt.length];
  for (let pass = 0; open < x.length; pass++) {
    const before = x.slice();
    const span = feed.feeds({tokens: x.length, prompt: prompt.length, pass, open, written}, blockLength);
    const {logits, fed} = text.predict(x, span);
    const masks = Array.from({length: span.to - open}, (_, i) => open + i);
    const drafts = masks.map((at) => argmax(rowAt(logits, at - span.from, model.vocabSize)));
    const {accepted, tokens: kept, work: guideWork} = judged(x.slice(0, open), drafts);
    const end = kept.indexOf(eos ?? -1);
    const own = end < 0 ? kept : kept.slice(0, end + 1);
    own.forEach((token, i) => {
      x[open + i] = token;
    });
    if (end >= 0) x.fill(eos as number, open + own.length);
    const places = masks.slice(0, own.length);
    const work = passWork(fed, x.length);
    yield {before, open: masks, drafts, accepted, written: places, after: x.slice(), fed, work, guideWork};
    written = open;
    open = end >= 0 ? x.length : open + own.length;
  }
  return x;
}

/** Judges drafts in chunks up to the first that is refused; gives the tokens to write. */
function judging(guide: GuideText, options: GuidedOptions) {
  const {acceptance = acceptances.byId("deterministic"), chunk = 32, refused = "draft"} = options;
  const {random = randomStream(0, "guidedUnmask")} = options;
  requireInteger("guidedUnmask", "chunk", chunk, 1);
  const values: AcceptanceValues = {
    topK: acceptanceParams.topK.default,
    relative: acceptanceParams.relative.default,
    threshold: acceptanceParams.threshold.default,
    ...options.values,
  };
  return (prefix: readonly number[], drafts: readonly number[]) => {
    const work: MaskedWork[] = [];
    for (let done = 0; done < drafts.length; done += chunk) {
      const part = drafts.slice(done, done + chunk);
      const judged = guide.judge([...prefix, ...drafts.slice(0, done)], part);
      work.push(judged.work);
      const count = acceptedPrefix(judged.rows, part, acceptance, values, random);
      if (count === part.length) continue;
      const accepted = done + count;
      const stood = drafts.slice(0, accepted);
      const instead = refused === "guide" ? argmax(judged.rows[count]) : drafts[0];
      const tokens = refused === "guide" || accepted === 0 ? [...stood, instead] : stood;
      return {accepted, tokens, work};
    }
    return {accepted: drafts.length, tokens: drafts.slice(), work};
  };
}
