import {attentionLogits, softmaxRows} from "../../attention/logits.js";
import {policyHooks, policyValues} from "../../attention/policy-use.js";
import {policies as registered} from "../../attention/registry.js";
import type {Importance, KeyMask} from "../../attention/selection.js";
import {experiment} from "../../experiment/experiment.js";
import {decodeText} from "../../tasks/vocabulary.js";
import {optionNames} from "../../technique/option-names.js";
import {openedDecoder} from "../shared/decoder-texts.js";
import {needsOfPredicted, PREDICTED_DECODERS, predictorOf} from "../shared/predictors.js";
import {promptIds, promptParam} from "../shared/prompt.js";
import {type Answer, answerUnder, keptShares} from "./answer-under.js";
import type {MetLayer} from "./met-layers.js";

/** The model as it is, in the column of policies. */
export const FULL = "full";
const FULL_LABEL = "The model with everything";
/** A mean over the heads of the layer. */
const ALL_HEADS = "all";
/** A key that is dropped has a row only if the policy gives it at least this share. */
const LEAST_IMPORTANCE = 0.01;
const MOST_HEADS = 8;

type PromptRow = {
  readonly policy: string;
  readonly label: string | null;
  readonly part: "word" | "key";
  readonly step: number;
  readonly position: number | null;
  readonly word: string | null;
  readonly written: boolean | null;
  readonly importance: number | null;
  readonly kept: number;
  readonly expected: string | null;
  readonly probability: number | null;
  readonly agrees: boolean | null;
  readonly provenance: "measured";
};

/** Importance of the words of a prompt by each policy, the words it keeps, and the answer of the model. */
export const attentionPrompt = experiment({
  id: "attention/prompt",
  title: "A prompt under selection policies",
  question:
    "Which words of a prompt does each policy keep for each word that is read or written, and what is then answered?",
  source: registered.all.map(({label, source}) => `${label}: ${source}`).join("; "),
  params: {
    model: {
      kind: "choice",
      label: "Model",
      help: "Facts are looked up in layer 1 of the small one and in layer 2 of the large one.",
      options: PREDICTED_DECODERS,
      default: "decoder-small",
    },
    prompt: promptParam(
      "Prompt",
      "fact otter amber plum . quiet river carries light across open valley . fact heron velvet bell . slow road runs under still night . fact wolf silver candle . small house stands far away . query heron",
    ),
    keep: {
      kind: "number",
      label: "Share of tokens kept",
      help: "Of those that a word may look at, in every layer but the first; the sinks come on top.",
      min: 0.05,
      max: 1,
      step: 0.05,
      default: 0.25,
    },
    policies: {
      kind: "choices",
      label: "Policies",
      help: "The oracle sees all keys before it chooses; a policy that evicts cannot read dropped tokens again.",
      options: registered.ids,
      names: optionNames(registered.all),
      default: registered.all.filter(({isShownFirst}) => isShownFirst).map(({id}) => id),
      advanced: true,
    },
    layer: {
      kind: "integer",
      label: "Layer",
      help: "Whose importance and choice are shown; the first, 0, keeps everything.",
      min: 0,
      max: 7,
      default: 1,
    },
    head: {
      kind: "choice",
      label: "Head",
      help: "One head of the layer, or the mean of all.",
      options: [ALL_HEADS, ...Array.from({length: MOST_HEADS}, (_, head) => String(head))],
      default: ALL_HEADS,
    },
    words: {kind: "integer", label: "Words to write", min: 1, max: 6, default: 2, advanced: true},
    sinks: {
      kind: "integer",
      label: "First tokens that are kept on top of the budget",
      min: 0,
      max: 8,
      default: 4,
      advanced: true,
    },
    pageSize: {
      kind: "choice",
      label: "Tokens of a page of Quest",
      options: [2, 4, 8, 16],
      default: 4,
      advanced: true,
    },
    window: {
      kind: "integer",
      label: "Last words that vote in SnapKV",
      help: "They are always kept. Its paper has 32, for prompts of many thousand tokens.",
      min: 1,
      max: 32,
      default: 4,
      advanced: true,
    },
  },
  columns: {
    policy: {type: "string", label: "Policy"},
    label: {type: "string", label: "Policy, in words", nullable: true},
    part: {type: "string", label: "What the row is: a word, or a key that a word may look at"},
    step: {type: "integer", label: "Step: place of the word that is read or written"},
    position: {type: "integer", label: "Place of the key", nullable: true},
    word: {type: "string", label: "Word", nullable: true},
    written: {type: "boolean", label: "Whether the model wrote the word", nullable: true},
    importance: {
      type: "number",
      label: "Share of importance that the policy gives the key",
      provenance: "measured",
      nullable: true,
    },
    kept: {
      type: "number",
      label: "Share of heads that keep the key, or of keys that are kept",
      provenance: "measured",
    },
    expected: {type: "string", label: "Likeliest next word", nullable: true},
    probability: {type: "number", label: "Its probability", provenance: "measured", nullable: true},
    agrees: {type: "boolean", label: "Whether the full model says the same", nullable: true},
  },
  needs: PREDICTED_DECODERS.flatMap((model) => needsOfPredicted({model})),
  needsOf: needsOfPredicted,
  sweep: [{}],
  async run({model, prompt, keep, policies, layer, head, words, ...told}, {data, progress}) {
    const ids = promptIds(prompt);
    const decoder = await openedDecoder(model, data);
    requireBelow("layer", layer, decoder.config.layers, model);
    if (head !== ALL_HEADS) requireBelow("head", Number(head), decoder.config.heads, model);
    const knobs = {...told, keepFraction: keep};
    const setting = {predictor: predictorOf(model, data)};
    const full = answerUnder(decoder, ids, () => undefined, words);
    const look = {full, prompt: ids.length, head: head === ALL_HEADS ? null : Number(head)};
    const rowsOf = (name: string, answer: Answer, importance: (met: MetLayer) => Importance | null) => {
      const met = answer.layers[layer];
      return answerRows(name, answer, {mask: met.mask, importance: importance(met)}, look);
    };
    const attended = ({queries}: MetLayer) => softmaxRows(attentionLogits(queries));
    const rows = rowsOf(FULL, full, attended);
    for (const [n, id] of policies.entries()) {
      await progress((n + 1) / (policies.length + 1), id);
      const policy = registered.byId(id);
      const answer = answerUnder(decoder, ids, () => policyHooks(policy, knobs, setting), words);
      const values = policyValues("run attention/prompt", policy, knobs, setting);
      const asked = (met: MetLayer) => policy.importance(met, values, setting);
      // In the first layer no policy has chosen anything: what matters there is what is attended to.
      for (const row of rowsOf(id, answer, layer === 0 ? attended : asked)) rows.push(row);
    }
    return rows;
  },
});

function requireBelow(name: string, value: number, end: number, model: string): void {
  if (value < end) return;
  throw new RangeError(`run attention/prompt: ${name} must be 0 to ${end - 1} for ${model}, got ${value}`);
}

/** A layer under a policy. */
interface Judged {
  readonly mask: KeyMask;
  readonly importance: Importance | null;
}

interface Look {
  /** The answer of the model as it is. */
  readonly full: Answer;
  /** Tokens of the prompt. */
  readonly prompt: number;
  /** The head whose choice is shown; null: the mean of all. */
  readonly head: number | null;
}

/** A row for every step, and one for every key that matters to it. */
function answerRows(policy: string, answer: Answer, judged: Judged, {full, prompt, head}: Look): PromptRow[] {
  const {ids, expected} = answer;
  const kept = keptShares(answer);
  return ids.flatMap((id, step) => {
    const next = expected[step];
    const word: PromptRow = {
      policy,
      label: policy === FULL ? FULL_LABEL : registered.byId(policy).label,
      part: "word",
      step,
      position: null,
      word: decodeText([id]),
      written: step >= prompt,
      importance: null,
      kept: kept[step],
      expected: decodeText([next.id]),
      probability: next.probability,
      agrees: next.id === full.expected[step].id,
      provenance: "measured",
    };
    return [word, ...keyRows(policy, judged, head, step)];
  });
}

const NO_WORD = {
  label: null,
  word: null,
  written: null,
  expected: null,
  probability: null,
  agrees: null,
} as const;

function keyRows(policy: string, {mask, importance}: Judged, head: number | null, step: number): PromptRow[] {
  const heads = head === null ? Array.from({length: mask.heads}, (_, h) => h) : [head];
  const mean = (data: ArrayLike<number>, position: number) =>
    heads.reduce((sum, h) => sum + data[(h * mask.queries + step) * mask.keys + position], 0) / heads.length;
  return Array.from(
    {length: step + 1},
    (_, position): PromptRow => ({
      ...NO_WORD,
      policy,
      part: "key",
      step,
      position,
      importance: importance && mean(importance.data, position),
      kept: mean(mask.data, position),
      provenance: "measured",
    }),
  ).filter(({kept, importance}) => kept > 0 || (importance ?? 0) >= LEAST_IMPORTANCE);
}
