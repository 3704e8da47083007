import {EVAL_SEEDS} from "../../evaluate/eval-texts.js";
import {experiment} from "../../experiment/experiment.js";
import {documentShare} from "../../stats/documents.js";
import {ALL_SEEDS} from "../models/formats-on-model.js";
import {openedDecoder} from "../shared/decoder-texts.js";
import {MASKED_NEEDS, openedMasked} from "../shared/masked.js";
import {intervalEnd, known} from "../shared/quality-columns.js";
import {ANSWER_TASKS, type AnswerTask} from "./answer-tasks.js";
import {type CostedModels, costCells, costColumns} from "./way-costs.js";
import {decoderIn} from "./way-models.js";
import type {Way, Written} from "./ways.js";

const TASK_IDS = ANSWER_TASKS.map(({id}) => id);

/** Answers to tasks that both a masked diffusion model and a decoder can do, and what each takes for them. */
export const answers = experiment({
  id: "diffusion/answers",
  title: "The same answers, two kinds of model",
  question: "Where a diffusion model answers as well as a decoder, which of them does less?",
  source:
    "samplers: arXiv:2502.09992, section 2.4; guided diffusion: arXiv:2505.21467; token recycling: arXiv:2408.08696; tasks after RULER, arXiv:2404.06654",
  params: {
    tasks: {
      kind: "choices",
      label: "Tasks",
      help: "Facts in a text of 128 tokens, one of them asked for at its end.",
      options: TASK_IDS,
      names: {"needle-single": "one fact", "needle-multikey": "one fact among similar ones"},
      default: TASK_IDS,
      rowsBy: "task",
    },
    samples: {
      kind: "integer",
      label: "Samples for each of three seeds",
      help: "More documents give narrower intervals.",
      min: 1,
      max: 128,
      default: 24,
    },
  },
  columns: {
    task: {type: "string", label: "Task"},
    way: {type: "string", label: "Way"},
    label: {type: "string", label: "Way in words"},
    writer: {type: "string", label: "Model that writes"},
    seed: {type: "string", label: "Seed of samples and of chance"},
    samples: {type: "integer", label: "Samples, which the intervals count"},
    tokens: {type: "integer", label: "Tokens of an answer"},
    right: {type: "number", label: "Samples with every token right", provenance: "measured"},
    rightLow: intervalEnd("Samples right, lower end of 95 %"),
    rightHigh: intervalEnd("Samples right, upper end of 95 %"),
    ...costColumns,
  },
  needs: MASKED_NEEDS,
  sweep: TASK_IDS.map((task) => ({tasks: [task]})),
  async run({tasks, samples}, {data, progress}) {
    const whole = {
      masked: await openedMasked(data),
      decoder: await openedDecoder("decoder-small", data),
      bitsPerWeight: 32,
    };
    const asked = ANSWER_TASKS.filter(({id}) => tasks.includes(id)).flatMap((task) =>
      task.ways.map((way) => ({task, way})),
    );
    const rows = [];
    for (const [n, {task, way}] of asked.entries()) {
      await progress(n / asked.length, `${task.id}, ${way.label}`);
      const models = {...whole, ...(await decoderIn(way.weights, data))};
      const found = EVAL_SEEDS.map((seed) => ({
        seed: String(seed),
        answered: Array.from({length: samples}, (_, index) => answeredBy(way, models, task, index, seed)),
      }));
      const all = {seed: ALL_SEEDS, answered: found.flatMap(({answered}) => answered)};
      for (const {seed, answered} of [all, ...found])
        rows.push({task: task.id, seed, ...rowOf(way, models, answered)});
    }
    return rows;
  },
});

interface Answered extends Written {
  readonly tokens: number;
  readonly isRight: boolean;
}

function answeredBy(way: Way, models: CostedModels, task: AnswerTask, index: number, seed: number): Answered {
  const {prompt, answer} = task.sample(index, seed);
  const written = way.write(models, prompt, {tokens: answer.length, seed});
  const isRight = answer.every((token, i) => written.text[prompt.length + i] === token);
  return {...written, tokens: answer.length, isRight};
}

function rowOf(way: Way, models: CostedModels, answered: readonly Answered[]) {
  const [{tokens}] = answered;
  const {share, low, high} = documentShare(
    answered.map(({isRight}) => ({right: Number(isRight), trials: 1})),
  );
  return {
    way: way.id,
    label: way.label,
    writer: way.writer,
    samples: answered.length,
    tokens,
    right: share,
    rightLow: known(low),
    rightHigh: known(high),
    ...costCells(way, models, answered, tokens),
    provenance: "measured" as const,
  };
}
