import {registry} from "../technique/registry.js";
import type {Span} from "./masked-text.js";

/** State of a run before a pass. */
export interface ReusePlace {
  /** Tokens of the text, and of its prompt. */
  readonly tokens: number;
  readonly prompt: number;
  /** Passes so far. */
  readonly pass: number;
  /** The block that is being written, and its place in the text. */
  readonly block: number;
  readonly blockStep: number;
  readonly start: number;
  readonly end: number;
}

/** Record of what is fed to a masked diffusion model in each step, and so whose keys and values are used again. */
export interface Reuse {
  readonly id: string;
  readonly label: string;
  readonly source: string;
  /** Positions fed for a step; all before them stand as they were. */
  readonly feeds: (place: ReusePlace) => Span;
  /** A finished block is fed once more, so that its keys and values are those of its tokens. */
  readonly closesBlocks: boolean;
  /** Steps that a block must have. */
  readonly leastBlockSteps: number;
}

const whole = ({tokens}: ReusePlace): Span => ({from: 0, to: tokens});
/** The block and all after it, once the text has been fed whole. */
const fromBlock = (place: ReusePlace): Span =>
  place.pass === 0 ? whole(place) : {from: place.start, to: place.tokens};

/** Every step feeds the whole text. */
const none: Reuse = {
  id: "none",
  label: "nothing reused",
  source: "arXiv:2502.09992, section 2.4",
  feeds: whole,
  closesBlocks: false,
  leastBlockSteps: 1,
};

/**
 * FreeCache as released: the prompt, then each finished block, keep the keys and values of the last pass over them. That pass
 * saw the block's last tokens as masks, and so they stay. (arXiv:2505.21467, released generate_block_cached)
 */
const released: Reuse = {
  id: "freecache-released",
  label: "FreeCache as released",
  source: "arXiv:2505.21467, section 3; released src/model/llada_v2/generate.py",
  feeds: fromBlock,
  closesBlocks: false,
  // With one step a block the released pointer stays behind and keys land in the places of others.
  leastBlockSteps: 2,
};

/** FreeCache whose finished blocks are fed once more with their final tokens. */
const freeCache: Reuse = {
  id: "freecache",
  label: "FreeCache, blocks closed",
  source: "arXiv:2505.21467, section 3",
  feeds: fromBlock,
  closesBlocks: true,
  leastBlockSteps: 1,
};

/** The prompt alone is kept. */
const promptOnly: Reuse = {
  id: "prompt-only",
  label: "prompt reused",
  source: "arXiv:2505.21467, section 3",
  feeds: (place) => (place.pass === 0 ? whole(place) : {from: place.prompt, to: place.tokens}),
  closesBlocks: false,
  leastBlockSteps: 1,
};

/** Ways of reuse by id. */
export const reuses = registry<Reuse>("reuses", [none, promptOnly, freeCache, released]);

/**
 * The same way with all keys and values computed anew at the first step of every so many blocks: a knob of ours, not of the
 * paper.
 * @param everyBlocks 0 never refreshes
 */
export function refreshed(reuse: Reuse, everyBlocks: number): Reuse {
  if (everyBlocks === 0) return reuse;
  return {
    ...reuse,
    feeds: (place) =>
      place.blockStep === 0 && place.block % everyBlocks === 0 ? whole(place) : reuse.feeds(place),
  };
}
