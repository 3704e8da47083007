import {registry} from "../technique/registry.js";
import type {Span} from "./masked-text.js";

/** State of guided diffusion before a pass. All before `open` is written. */
export interface GuidedPlace {
  readonly tokens: number;
  readonly prompt: number;
  readonly pass: number;
  /** The first masked position. */
  readonly open: number;
  /** The first position that the last step wrote. */
  readonly written: number;
}

/** Record of what guided diffusion feeds to the diffusion model: its variants of FreeCache. */
export interface GuidedFeed {
  readonly id: string;
  readonly label: string;
  readonly source: string;
  /** Positions fed, at least those of the masks that are to be drafted. `block` is the length of a block. */
  readonly feeds: (place: GuidedPlace, block: number) => Span;
}

/**
 * The released variants share a cache whose writing place is that of the step before; here every key stands at its own
 * position.
 */
const SOURCE = "arXiv:2505.21467, released guided_diffusion/diff_spec_utils_assisted.py";
const from = (start: (place: GuidedPlace, block: number) => number) => (place: GuidedPlace, block: number) =>
  place.pass === 0 ? {from: 0, to: place.tokens} : {from: start(place, block), to: place.tokens};

/** Tokens on either side of the last written one in {@link slidingWindow}. */
const WINDOW = 128;

const none: GuidedFeed = {id: "none", label: "nothing reused", source: SOURCE, feeds: from(() => 0)};

/** The prompt's keys and values stay. */
const promptOnly: GuidedFeed = {
  id: "prompt-only",
  label: "prompt reused",
  source: SOURCE,
  feeds: from(({prompt}) => prompt),
};

/** Whole blocks of the text that are written stay. */
const blockBoundary: GuidedFeed = {
  id: "block-boundary",
  label: "written blocks reused",
  source: SOURCE,
  feeds: from(({open}, block) => Math.floor(open / block) * block),
};

/** All that is written stays as it was when it was last fed: as masks. */
const aggressive: GuidedFeed = {
  id: "aggressive",
  label: "all that is written reused, as masks",
  source: SOURCE,
  feeds: from(({open}) => open),
};

/** All that is written stays once it was fed as it is: the last step's tokens are fed with the masks. Ours. */
const onceClean: GuidedFeed = {
  id: "once-clean",
  label: "all that is written reused",
  source: "ours, after arXiv:2505.21467, section 3",
  feeds: from(({written}) => written),
};

/** Only a window around the last written token is fed. */
const slidingWindow: GuidedFeed = {
  id: "sliding-window",
  label: "a window around the last token",
  source: SOURCE,
  feeds: ({pass, open, tokens}) =>
    pass === 0
      ? {from: 0, to: tokens}
      : {from: Math.max(0, open - 1 - WINDOW), to: Math.min(tokens, open - 1 + WINDOW)},
};

/** Ways to feed, by id. */
export const guidedFeeds = registry<GuidedFeed>("guidedFeeds", [
  none,
  promptOnly,
  blockBoundary,
  onceClean,
  aggressive,
  slidingWindow,
]);
