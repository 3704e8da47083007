/** A text by a masked diffusion model of a folder: unmasked step by step, alone or with a guide. */

import {maskedModel} from "../../../diffusion/engine-model.js";
import {decoderGuide} from "../../../diffusion/guide.js";
import {guidedUnmask} from "../../../diffusion/guided.js";
import {unmask} from "../../../diffusion/unmask.js";
import type {Decoder} from "../../../engine/decoder/load-decoder.js";
import {randomStream} from "../../../tensor/random.js";

/** Rules of a text from masks. */
export interface MaskedGoal {
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed: number;
  /** Passes; 0 is one a token. */
  readonly steps: number;
  /** Tokens of a block; 0 is one block of all. */
  readonly block: number;
  readonly stops: ReadonlySet<number>;
}

/** A token that was written, in the order of the text. */
export interface MaskedToken {
  /** Pass that wrote it. */
  readonly step: number;
  readonly id: number;
  /** Probability of the token when it was written; null where a guide chose how many to write. */
  readonly confidence: number | null;
}

/**
 * Writes after a prompt; what follows the first stop token is left out.
 * @param told of each token as it is written, in whatever order
 * @throws RangeError naming the option: steps or block that do not divide the tokens.
 */
export async function maskedText(
  model: Decoder,
  guide: Decoder | null,
  prompt: readonly number[],
  goal: MaskedGoal,
  told: (written: number) => Promise<void>,
): Promise<{readonly tokens: readonly MaskedToken[]; readonly isStopped: boolean}> {
  const found = new Map<number, MaskedToken>();
  let step = 0;
  for (const {written, after, open, confidence} of stepsOf(model, guide, prompt, goal)) {
    for (const at of written) {
      const sure = confidence?.[open.indexOf(at)] ?? null;
      found.set(at, {step, id: after[at], confidence: sure});
      await told(found.size);
    }
    step++;
  }
  const all = [...found.keys()].sort((a, b) => a - b).map((at) => found.get(at) as MaskedToken);
  const end = all.findIndex(({id}) => goal.stops.has(id));
  return {tokens: end < 0 ? all : all.slice(0, end), isStopped: end >= 0};
}

interface Step {
  readonly written: readonly number[];
  readonly after: readonly number[];
  readonly open: readonly number[];
  readonly confidence?: readonly number[];
}

function stepsOf(
  model: Decoder,
  guide: Decoder | null,
  prompt: readonly number[],
  {maxTokens: tokens, temperature, seed, steps, block, stops}: MaskedGoal,
): Iterable<Step> {
  const random = randomStream(seed, "generate");
  if (guide !== null) {
    const [eos = null] = stops;
    return guidedUnmask(maskedModel(model), decoderGuide(guide), prompt, {tokens, eos, random});
  }
  const blockLength = block === 0 ? tokens : block;
  if (tokens % blockLength !== 0)
    throw new RangeError(`generate: block must divide the ${tokens} tokens, got ${block}`);
  const blocks = tokens / blockLength;
  if (steps % blocks !== 0)
    throw new RangeError(`generate: steps must be a multiple of the ${blocks} blocks, got ${steps}`);
  const rules = {tokens, blockLength, temperature, random, steps: steps === 0 ? tokens : steps};
  return unmask(maskedModel(model), prompt, rules);
}
