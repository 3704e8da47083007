/** Ways to write a text: orders, blocks and reuse of the diffusion model, guidance, and the decoder beside them. */

import {tokenRecycling} from "../../decoding/drafts/token-recycling-method.js";
import {acceptances} from "../../diffusion/acceptance.js";
import {confidences} from "../../diffusion/confidence.js";
import {maskedModel} from "../../diffusion/engine-model.js";
import {causalPairs, causalWork, decoderGuide} from "../../diffusion/guide.js";
import {guidedUnmask} from "../../diffusion/guided.js";
import {guidedFeeds} from "../../diffusion/guided-feed.js";
import {type MaskedWork, sumWork} from "../../diffusion/masked-text.js";
import {reuses} from "../../diffusion/reuse.js";
import {schedules} from "../../diffusion/schedule.js";
import {finished, type UnmaskOptions, unmask} from "../../diffusion/unmask.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {greedy} from "../../engine/generate.js";
import {randomStream} from "../../tensor/random.js";

/** Models of a way. */
export interface WayModels {
  readonly masked: Decoder;
  readonly decoder: Decoder;
}

/** A text that was written, and what it took. */
export interface Written {
  readonly text: readonly number[];
  /** Of the diffusion model; of the decoder where it writes. */
  readonly work: MaskedWork;
  /** Of the guide, or of the draft. */
  readonly guideWork: MaskedWork;
}

/** Goal of a text. */
export interface TextGoal {
  readonly tokens: number;
  /** Token that ends it, for ways that need no pass for what follows; null: none. */
  readonly eos?: number | null;
  /** Seed of a random order and of tests by chance; by default 1. */
  readonly seed?: number;
}

/** One way to write. */
export interface Way {
  readonly id: string;
  readonly label: string;
  readonly group: Group;
  readonly writer: "diffusion" | "decoder";
  /** Fills the masks of a template, where the way can. */
  readonly fill?: (
    models: WayModels,
    prompt: readonly number[],
    template: readonly number[],
  ) => readonly number[];
  readonly write: (models: WayModels, prompt: readonly number[], goal: TextGoal) => Written;
  /** The way whose text this one would write without a shortcut. */
  readonly shortcutOf?: string;
  /** Format of the layers' weights of the decoder that writes, by its id; float32 without. */
  readonly weights?: string;
}

/** Groups of ways. */
export const GROUPS = ["orders", "blocks", "reuse", "guided", "decoder"] as const;
export type Group = (typeof GROUPS)[number];

const NO_WORK: MaskedWork = {passes: 0, queries: 0, pairs: 0, keys: 0};

/** Writing by steps. `perPass` tokens are written a pass. */
export function stepwise(
  id: string,
  label: string,
  group: Group,
  perPass: number,
  rules: Omit<UnmaskOptions, "tokens" | "steps">,
  shortcutOf?: string,
): Way {
  const run = (
    masked: Decoder,
    prompt: readonly number[],
    {seed = 1, ...options}: Pick<UnmaskOptions, "tokens" | "template"> & Pick<TextGoal, "seed">,
  ) => {
    const {tokens, template} = options;
    const blocks = tokens / (rules.blockLength ?? tokens);
    const open = template?.filter((token) => token === masked.config.masked?.token).length ?? tokens;
    const steps = blocks * Math.max(rules.reuse?.leastBlockSteps ?? 1, Math.ceil(open / blocks / perPass));
    const random = randomStream(seed, "unmask");
    return finished(unmask(maskedModel(masked), prompt, {random, ...rules, ...options, steps}));
  };
  return {
    id,
    label,
    group,
    writer: "diffusion",
    fill: ({masked}, prompt, template) => run(masked, prompt, {tokens: template.length, template}).result,
    write({masked}, prompt, {tokens, seed = 1}) {
      const {steps, result} = run(masked, prompt, {tokens, seed});
      return {text: result, work: sumWork(steps.flatMap(({work}) => work)), guideWork: NO_WORK};
    },
    ...(shortcutOf !== undefined && {shortcutOf}),
  };
}

const PER_PASS = [1, 2, 4, 8] as const;
/** Tokens of a block, where there are several. */
export const BLOCK = 8;

const orders = confidences.all.flatMap((confidence) =>
  PER_PASS.map((perPass) =>
    stepwise(`${confidence.id}-${perPass}`, confidence.label, "orders", perPass, {confidence}),
  ),
);
const lines = PER_PASS.filter((perPass) => perPass > 1).map((perPass) =>
  stepwise(`linear-time-${perPass}`, "most probable first, linear time", "orders", perPass, {
    schedule: schedules.byId("linear-time"),
  }),
);
const blocks = PER_PASS.map((perPass) =>
  stepwise(`blocks-${perPass}`, `blocks of ${BLOCK}`, "blocks", perPass, {blockLength: BLOCK}),
);
const reused = ["prompt-only", "freecache", "freecache-released"].flatMap((id) =>
  [1, 2, 4].map((perPass) => {
    const reuse = reuses.byId(id);
    return stepwise(
      `${id}-${perPass}`,
      reuse.label,
      "reuse",
      perPass,
      {blockLength: BLOCK, reuse},
      `blocks-${perPass}`,
    );
  }),
);

/** Guided diffusion by a test and what is fed. */
function guidedWay(acceptance: string, feed: string, shortcutOf?: string): Way {
  const [test, fed] = [acceptances.byId(acceptance), guidedFeeds.byId(feed)];
  return {
    id: `guided-${acceptance}-${feed}`,
    label: `${test.label}; ${fed.label}`,
    group: "guided",
    writer: "diffusion",
    write({masked, decoder}, prompt, {tokens, eos = null, seed = 1}) {
      const options = {
        tokens,
        eos,
        acceptance: test,
        feed: fed,
        blockLength: BLOCK,
        random: randomStream(seed, "guided"),
      };
      const {steps, result} = finished(
        guidedUnmask(maskedModel(masked), decoderGuide(decoder), prompt, options),
      );
      const guideWork = sumWork(steps.flatMap((step) => step.guideWork));
      return {text: result, work: sumWork(steps.map(({work}) => work)), guideWork};
    },
    ...(shortcutOf !== undefined && {shortcutOf}),
  };
}

const guided = [
  ...acceptances.all.map(({id}) => guidedWay(id, "none")),
  ...guidedFeeds.all
    .filter(({id}) => id !== "none" && id !== "sliding-window")
    .map(({id}) => guidedWay("deterministic", id, "guided-deterministic-none")),
];

/** Tokens up to the first end, which stands last. */
function upTo(eos: number | null, tokens: readonly number[]): readonly number[] {
  const end = eos === null ? -1 : tokens.indexOf(eos);
  return end < 0 ? tokens : tokens.slice(0, end + 1);
}

/** The decoder's own text, a token a pass, with its cache. */
const plain: Way = {
  id: "decoder",
  label: "decoder with its cache",
  group: "decoder",
  writer: "decoder",
  write({decoder}, prompt, {tokens, eos = null}) {
    const written = upTo(eos, greedy(decoder, prompt, tokens).tokens);
    const steps = Array.from({length: written.length - 1}, (_, i) => causalWork(prompt.length + i, 1));
    const work = sumWork([causalWork(0, prompt.length), ...steps]);
    return {text: [...prompt, ...written], work, guideWork: NO_WORK};
  },
};

/** The decoder with its layers in few bits, which writes worse texts: as good as those of the diffusion model. */
const fewBits = ["int4_g32", "fp4", "int3"].map(
  (weights): Way => ({
    ...plain,
    id: `decoder-${weights}`,
    label: `decoder in ${weights}`,
    weights,
  }),
);

/** The same text with tokens drafted from what was read before; a pass checks several. */
const recycled: Way = {
  id: "decoder-token-recycling",
  label: `decoder, ${tokenRecycling.label.toLowerCase()}`,
  group: "decoder",
  writer: "decoder",
  shortcutOf: "decoder",
  write({decoder}, prompt, {tokens, eos = null}) {
    const goal = {tokens, eos, random: randomStream(1, "recycled")};
    const rounds = Array.from(tokenRecycling.rounds({target: decoder}, prompt, {}, goal));
    const text = [...prompt, ...rounds.flatMap(({written}) => written)].slice(0, prompt.length + tokens);
    const passes = rounds.reduce((sum, {target}) => sum + target.passes, 0);
    const queries = rounds.reduce((sum, {target}) => sum + target.tokens, 0);
    // Trees of drafts see the text before them; pairs inside a tree are few and counted as if it were a chain.
    const middle = prompt.length + tokens / 2;
    const pairs = causalPairs(0, prompt.length) + (queries - prompt.length) * middle;
    const keys = prompt.length + (passes - 1) * middle;
    return {text, work: {passes, queries, pairs, keys}, guideWork: NO_WORK};
  },
};

/** One block, and the prompt's keys and values kept: for an answer that is shorter than a block. */
export const PROMPT_KEPT: Way = stepwise(
  "prompt-kept-1",
  "most probable first, prompt reused",
  "reuse",
  1,
  {reuse: reuses.byId("prompt-only")},
  "low_confidence-1",
);

/** All ways, in the order of their groups. */
export const WAYS: readonly Way[] = [
  ...orders,
  ...lines,
  ...blocks,
  ...reused,
  ...guided,
  plain,
  recycled,
  ...fewBits,
];
