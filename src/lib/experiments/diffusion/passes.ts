import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {EVAL_SEEDS, type EvalText} from "../../evaluate/eval-texts.js";
import {experiment} from "../../experiment/experiment.js";
import {type DocumentTrials, documentMean, documentShare} from "../../stats/documents.js";
import {mean} from "../../stats/moments.js";
import {ALL_SEEDS} from "../models/formats-on-model.js";
import {openedDecoder, testSeeds} from "../shared/decoder-texts.js";
import {MASK, MASKED_NEEDS, openedMasked} from "../shared/masked.js";
import {intervalEnd, known} from "../shared/quality-columns.js";
import {lossUnder, ownAnswers} from "./text-judge.js";
import {type CostedModels, costCells, costColumns} from "./way-costs.js";
import {decoderIn} from "./way-models.js";
import {GROUPS, WAYS, type Way, type WayModels, type Written} from "./ways.js";

/** A masked diffusion model and a decoder write on after the same prompts, in every way that there is. */
export const passes = experiment({
  id: "diffusion/passes",
  title: "Passes against quality",
  question: "How few passes does a text take, and what does each shortcut cost?",
  source:
    "samplers: arXiv:2502.09992, section 2.4, and arXiv:2508.15487; FreeCache and guided diffusion: arXiv:2505.21467; token recycling: arXiv:2408.08696",
  params: {
    groups: {
      kind: "choices",
      label: "Ways",
      help: "Orders and tokens a pass; blocks; reuse of keys and values; guidance; the decoder itself.",
      options: GROUPS,
      default: GROUPS,
      rowsBy: "group",
    },
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "More documents give narrower intervals.",
      min: 1,
      max: 64,
      default: 6,
    },
    tokens: {
      kind: "choice",
      label: "Tokens to write",
      help: "After the rest of a document of 128 tokens as the prompt.",
      options: [16, 32, 64],
      default: 32,
    },
  },
  columns: {
    way: {type: "string", label: "Way"},
    label: {type: "string", label: "Way in words"},
    group: {type: "string", label: "Group"},
    writer: {type: "string", label: "Model that writes"},
    seed: {type: "string", label: "Seed of the documents"},
    documents: {type: "integer", label: "Documents, which the intervals count"},
    tokens: {type: "integer", label: "Tokens written after each prompt"},
    ...costColumns,
    loss: {
      type: "number",
      label: "Loss of what was written under the decoder",
      unit: "nats/token",
      provenance: "measured",
    },
    lossLow: intervalEnd("Loss, lower end of 95 %"),
    lossHigh: intervalEnd("Loss, upper end of 95 %"),
    answers: {...intervalEnd("Answers right, of the queries that the text asks itself")},
    answersLow: intervalEnd("Answers right, lower end of 95 %"),
    answersHigh: intervalEnd("Answers right, upper end of 95 %"),
    answersTrials: {type: "integer", label: "Answer tokens that the text gives itself"},
    filled: {...intervalEnd("Answer tokens of the document filled in right")},
    filledLow: intervalEnd("Filled in right, lower end of 95 %"),
    filledHigh: intervalEnd("Filled in right, upper end of 95 %"),
    filledTrials: {type: "integer", label: "Answer tokens filled in"},
    same: {...intervalEnd("Tokens as without the shortcut")},
  },
  needs: MASKED_NEEDS,
  sweep: GROUPS.map((group) => ({groups: [group]})),
  async run({groups, documents, tokens}, {data, progress}) {
    const judge = await openedDecoder("decoder-small", data);
    const whole = {masked: await openedMasked(data), decoder: judge, bitsPerWeight: 32, judge};
    const seeds = testSeeds(judge.config, {documents, seeds: EVAL_SEEDS});
    const ways = WAYS.filter(({group}) => groups.includes(group));
    const rows = [];
    const write = writer(tokens);
    for (const [n, way] of ways.entries()) {
      await progress(n / ways.length, way.label);
      const models = {...whole, ...(await decoderIn(way.weights, data))};
      const found = seeds.map(({seed, texts}) => ({
        seed: String(seed),
        texts: texts.map((text) => judged(way, models, write, text, tokens)),
      }));
      const all = {seed: ALL_SEEDS, texts: found.flatMap(({texts}) => texts)};
      for (const {seed, texts} of [all, ...found]) rows.push({seed, ...rowOf(way, models, texts, tokens)});
    }
    return rows;
  },
});

/** Models of a way, and the decoder that judges what was written. */
interface JudgedModels extends CostedModels {
  readonly judge: Decoder;
}

interface Judged {
  readonly written: Written;
  readonly loss: number;
  readonly answers: DocumentTrials;
  readonly filled: DocumentTrials;
  /** Share of tokens as without the shortcut; null without one. */
  readonly same: number | null;
}

/** Writes by ways, each once for a prompt. */
function writer(tokens: number) {
  const known = new Map<string, Written>();
  return (way: Way, models: WayModels, prompt: readonly number[]): Written => {
    const key = `${way.id} ${prompt.join()}`;
    const written = known.get(key) ?? way.write(models, prompt, {tokens});
    known.set(key, written);
    return written;
  };
}

/** Writes after the document's prompt, and fills in the answers of its end. */
function judged(
  way: Way,
  models: JudgedModels,
  write: ReturnType<typeof writer>,
  document: EvalText,
  tokens: number,
): Judged {
  const start = document.tokens.length - tokens;
  const prompt = document.tokens.slice(0, start);
  const written = write(way, models, prompt);
  const whole = WAYS.find(({id}) => id === way.shortcutOf);
  const base = whole && write(whole, models, prompt).text;
  const agreeing = base?.filter((token, at) => at >= start && token === written.text[at]).length;
  return {
    written,
    loss: lossUnder(models.judge, written.text, start),
    answers: ownAnswers(written.text, start),
    filled: filledAnswers(way, models, document, start),
    same: agreeing === undefined ? null : agreeing / tokens,
  };
}

/** Answer tokens from `start` on, masked and filled in; none where the way cannot. */
function filledAnswers(way: Way, models: WayModels, document: EvalText, start: number): DocumentTrials {
  const places = document.answers.filter((at) => at >= start);
  if (way.fill === undefined || places.length === 0) return {right: 0, trials: 0};
  const template = document.tokens.map((token, at) => (places.includes(at) ? MASK : token));
  const text = way.fill(models, template.slice(0, start), template.slice(start));
  return {right: places.filter((at) => text[at] === document.tokens[at]).length, trials: places.length};
}

function rowOf(way: Way, models: CostedModels, texts: readonly Judged[], tokens: number) {
  const loss = documentMean({sums: texts.map((text) => text.loss), sizes: texts.map(() => 1)});
  const shortcuts = texts.flatMap(({same}) => (same === null ? [] : [same]));
  return {
    way: way.id,
    label: way.label,
    group: way.group,
    writer: way.writer,
    documents: texts.length,
    tokens,
    ...costCells(
      way,
      models,
      texts.map(({written}) => written),
      tokens,
    ),
    loss: loss.value,
    lossLow: known(loss.low),
    lossHigh: known(loss.high),
    ...answerCells(texts),
    same: shortcuts.length === 0 ? null : mean(shortcuts),
    provenance: "measured" as const,
  };
}

/** Shares of answers with their intervals; null where none was asked for. */
function answerCells(texts: readonly Judged[]) {
  const share = (trials: readonly DocumentTrials[]) =>
    trials.some((each) => each.trials > 0) ? documentShare(trials) : null;
  const [answers, filled] = [
    share(texts.map((text) => text.answers)),
    share(texts.map((text) => text.filled)),
  ];
  return {
    answers: answers?.share ?? null,
    answersLow: known(answers?.low),
    answersHigh: known(answers?.high),
    answersTrials: answers?.trials ?? 0,
    filled: filled?.share ?? null,
    filledLow: known(filled?.low),
    filledHigh: known(filled?.high),
    filledTrials: filled?.trials ?? 0,
  };
}
