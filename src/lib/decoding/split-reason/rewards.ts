/** Rewards that teach a small model to hand over. (SplitReason, arXiv:2504.16379, section 3.3, and its repository's rewards.py) */

import {CLOSE_TAG, characters, OPEN_TAG} from "./tags.js";

const SHAPE = /^<think>\n[\s\S]*?\n<\/think>\n<answer>\n[\s\S]*?\n<\/answer>$/m;

/** Share of characters between tags that is rewarded most. */
const BEST_SHARE = 0.4;
/** Hand-overs up to which each one more is rewarded. */
const BEST_COUNT = 8;

/** 1 for an answer in the shape that was asked for, and 1 for tags that open and close in turn. */
export function formatReward(text: string): number {
  const shaped = text.startsWith("<think>\n") && SHAPE.test(text);
  return Number(shaped) + Number(opensAndCloses(text));
}

/** A second opening tag in an open part, or one that stays open, is wrong; a stray closing tag is not seen. */
function opensAndCloses(text: string): boolean {
  let open = false;
  for (const [tag] of text.matchAll(/<\/?bigmodel>/g)) {
    if (tag === OPEN_TAG && open) return false;
    open = tag === OPEN_TAG;
  }
  return !open;
}

/** Points for each part of the shape that stands exactly once, for a boxed answer, for hand-overs and for their share. */
export function tagCountReward(text: string): number {
  const [opens, closes] = [countOf(text, OPEN_TAG), countOf(text, CLOSE_TAG)];
  const once = (part: string, points: number) => (countOf(text, part) === 1 ? points : 0);
  return (
    once("<think>\n", 0.5) +
    once("\n</think>\n", 0.5) +
    once("\n<answer>\n", 0.25) +
    once("\n</answer>", 0.25) +
    (text.includes("\\boxed{") ? 0.5 : 0) +
    Math.floor(countPoints(opens) / 2) +
    2 * shareReward(shareBetween(text)) +
    (opens === closes ? 0 : -2)
  );
}

/** Half a point for each hand-over up to 8, and half a point less for each beyond. */
function countPoints(opens: number): number {
  return opens <= BEST_COUNT ? 0.5 * opens : 0.5 * BEST_COUNT - 0.5 * (opens - BEST_COUNT);
}

/** Characters strictly between tags over all; 0 for an empty text. */
export function shareBetween(text: string): number {
  const parts = Array.from(text.matchAll(/<bigmodel>([\s\S]*?)<\/bigmodel>/g), ([, inner]) => inner);
  return text === "" ? 0 : characters(parts.join("")) / characters(text);
}

/** Reward of a share: up to 1 at 0.4 in a line, from there down to -1 at 1. */
export function shareReward(share: number): number {
  if (share <= 0) return 0;
  if (share < BEST_SHARE) return share / BEST_SHARE;
  return Math.min(1, Math.max(-1, 1 - ((share - BEST_SHARE) * 2) / (1 - BEST_SHARE)));
}

function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}

/**
 * Advantage of each completion of one prompt: (reward - mean) / (deviation + eps), the deviation with n - 1. (GRPO,
 * arXiv:2402.03300, section 4.1)
 * @throws RangeError for fewer than two rewards.
 */
export function groupAdvantages(rewards: ArrayLike<number>, eps = 1e-4): Float64Array {
  const n = rewards.length;
  if (n < 2) throw new RangeError(`groupAdvantages: rewards must have at least 2 completions, got ${n}`);
  const values = Float64Array.from(rewards);
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  return values.map((value) => (value - mean) / (deviation + eps));
}
