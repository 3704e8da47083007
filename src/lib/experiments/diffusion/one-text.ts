import {acceptances} from "../../diffusion/acceptance.js";
import {confidences} from "../../diffusion/confidence.js";
import {type KvSnapshot, kvDrift, kvSnapshot} from "../../diffusion/drift.js";
import {maskedModel} from "../../diffusion/engine-model.js";
import {decoderGuide} from "../../diffusion/guide.js";
import {guidedUnmask} from "../../diffusion/guided.js";
import {guidedFeeds} from "../../diffusion/guided-feed.js";
import type {MaskedModel} from "../../diffusion/masked-text.js";
import {finished, unmask} from "../../diffusion/unmask.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {experiment} from "../../experiment/experiment.js";
import {optionNames} from "../../technique/option-names.js";
import type {ParamValues} from "../../technique/params.js";
import {randomStream} from "../../tensor/random.js";
import {openedDecoder} from "../shared/decoder-texts.js";
import {MASK, MASKED_NEEDS, openedMasked, wordOf} from "../shared/masked.js";
import {promptIds, promptParam} from "../shared/prompt.js";

/** Orders of writing: by a rule of confidence, or from left to right with a guide. */
const ORDERS = [...confidences.ids, "guided"] as const;

const params = {
  prompt: promptParam(
    "Text",
    "fact otter amber plum . fact heron velvet bell . query otter amber plum . query heron",
  ),
  order: {
    kind: "choice",
    label: "Order",
    help: "Which masked tokens a pass writes: the most confident ones by a measure, or the ones from the left that a guide accepts.",
    options: ORDERS,
    names: optionNames(confidences.all),
    default: "low_confidence",
  },
  perPass: {
    kind: "choice",
    label: "Tokens a pass",
    help: "Not used with a guide, which decides how many.",
    options: [1, 2, 4, 8],
    default: 2,
  },
  tokens: {kind: "choice", label: "Tokens to write", options: [8, 16, 24], default: 16},
  blockLength: {
    kind: "choice",
    label: "Tokens of a block",
    help: "Blocks are written from left to right; 0 is one block of all.",
    options: [0, 4, 8],
    default: 0,
    advanced: true,
  },
  acceptance: {
    kind: "choice",
    label: "The guide lets a draft stand",
    options: acceptances.ids,
    names: optionNames(acceptances.all),
    default: "deterministic",
    advanced: true,
  },
  seed: {
    kind: "integer",
    label: "Seed",
    help: "Of a random order, and of acceptance by chance.",
    min: 0,
    max: 1000,
    default: 1,
    advanced: true,
  },
} as const;

const measured = {provenance: "measured"} as const;
const change = <const L extends string>(label: L) => ({type: "number", label, ...measured}) as const;

/** One text written from masks, step by step: what stands where, how sure the model is, and how keys and values move. */
export const oneText = experiment({
  id: "diffusion/one-text",
  title: "A text from masks",
  question: "In which order does a text come out of its masks, and what changes meanwhile?",
  source: "arXiv:2502.09992, section 2.4; arXiv:2505.21467, section 3",
  params,
  columns: {
    step: {type: "integer", label: "Pass, from 0"},
    position: {type: "integer", label: "Position"},
    word: {type: "string", label: "Word after the pass"},
    state: {type: "string", label: "prompt, mask, new in this pass, or written before"},
    draft: {type: "string", label: "Word that the pass would write there", nullable: true},
    confidence: {type: "number", label: "Its confidence by the rule", ...measured, nullable: true},
  },
  tables: {
    steps: {
      step: {type: "integer", label: "Pass, from 0"},
      written: {type: "integer", label: "Tokens written"},
      drafted: {type: "integer", label: "Tokens drafted"},
      accepted: {type: "integer", label: "Drafts that the guide let stand, from the first", nullable: true},
      fed: {type: "integer", label: "Tokens fed"},
    },
    drift: {
      step: {type: "integer", label: "Pass, from 1"},
      layer: {type: "integer", label: "Layer"},
      position: {type: "integer", label: "Position"},
      state: {type: "string", label: "What stands there in this pass: prompt, mask or written"},
      keyChange: change("Key: length of its change since the last pass, over its own"),
      valueChange: change("Value: the same"),
      keySinceFirst: change("Key: length of its change since the first pass, over its own"),
    },
  },
  needs: MASKED_NEEDS,
  sweep: [
    ...confidences.ids.map((order) => ({order})),
    {order: "guided"},
    {perPass: 1},
    {perPass: 4},
    {blockLength: 4},
  ],
  async run(setting, {data, progress}) {
    const masked = await openedMasked(data);
    const guide = await openedDecoder("decoder-small", data);
    const prompt = promptIds(setting.prompt, 3);
    const {model, snapshots} = recorded(masked);
    await progress(0.1, "passes");
    const steps =
      setting.order === "guided"
        ? guidedSteps(model, guide, prompt, setting)
        : orderedSteps(model, prompt, setting);
    return {
      rows: steps.flatMap((step, n) => stepRows(step, n, prompt.length)),
      steps: steps.map(({written, drafts, accepted, fed}, step) => ({
        step,
        written: written.length,
        drafted: drafts.length,
        accepted,
        fed: fed.to - fed.from,
        ...measured,
      })),
      drift: driftRows(snapshots, steps, prompt.length),
    };
  },
});

type Setting = ParamValues<typeof params>;

interface Step {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly open: readonly number[];
  readonly drafts: readonly number[];
  readonly confidence: readonly number[] | null;
  readonly written: readonly number[];
  readonly accepted: number | null;
  readonly fed: {readonly from: number; readonly to: number};
}

/** The model, and what its cache holds after each pass. */
function recorded(masked: Decoder): {model: MaskedModel; snapshots: KvSnapshot[]} {
  const model = maskedModel(masked);
  const snapshots: KvSnapshot[] = [];
  const open = (tokens: number) => {
    const text = model.open(tokens);
    return {
      predict(x: readonly number[], span: Step["fed"]) {
        const predictions = text.predict(x, span);
        snapshots.push(kvSnapshot(text.cache, masked.config));
        return predictions;
      },
    };
  };
  return {model: {...model, open}, snapshots};
}

function orderedSteps(
  model: MaskedModel,
  prompt: readonly number[],
  {order, perPass, tokens, blockLength, seed}: Setting,
): Step[] {
  const length = blockLength === 0 ? tokens : blockLength;
  const steps = (tokens / length) * Math.ceil(length / perPass);
  const random = randomStream(seed, "one text");
  const confidence = confidences.byId(order);
  const run = unmask(model, prompt, {tokens, steps, blockLength: length, confidence, random});
  return finished(run).steps.map((step) => ({...step, accepted: null}));
}

function guidedSteps(
  model: MaskedModel,
  guide: Decoder,
  prompt: readonly number[],
  {tokens, acceptance, seed}: Setting,
): Step[] {
  const run = guidedUnmask(model, decoderGuide(guide), prompt, {
    tokens,
    acceptance: acceptances.byId(acceptance),
    feed: guidedFeeds.byId("none"),
    random: randomStream(seed, "one text"),
  });
  return finished(run).steps.map((step) => ({...step, confidence: null}));
}

function stepRows({after, open, drafts, confidence, written}: Step, step: number, prompt: number) {
  return after.map((token, position) => {
    const at = open.indexOf(position);
    const isOld = token !== MASK && !written.includes(position);
    const state = position < prompt ? "prompt" : token === MASK ? "mask" : isOld ? "written" : "new";
    return {
      step,
      position,
      word: wordOf(token),
      state,
      draft: at < 0 ? null : wordOf(drafts[at]),
      confidence: at < 0 || confidence === null ? null : confidence[at],
      ...measured,
    };
  });
}

function driftRows(snapshots: readonly KvSnapshot[], steps: readonly Step[], prompt: number) {
  const [first] = snapshots;
  return snapshots.slice(1).flatMap((snapshot, n) => {
    const {before} = steps[n + 1];
    const since = kvDrift(first, snapshot, before.length);
    return kvDrift(snapshots[n], snapshot, before.length).map(
      ({layer, position, keyChange, valueChange}, i) => ({
        step: n + 1,
        layer,
        position,
        state: position < prompt ? "prompt" : before[position] === MASK ? "mask" : "written",
        keyChange,
        valueChange,
        keySinceFirst: since[i].keyChange,
        ...measured,
      }),
    );
  });
}
