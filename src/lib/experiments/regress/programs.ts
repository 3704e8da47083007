import {experiment} from "../../experiment/experiment.js";
import {bagOfTokens} from "../../regress/ladder/features.js";
import {nearestRows} from "../../regress/ladder/nearest.js";
import type {RegressionModel} from "../../regress/model/regression-model.js";
import {sampleTargets} from "../../regress/model/sample.js";
import type {Target} from "../../regress/numbers/tokenizer.js";
import {
  type AspectProgram,
  aspectPrograms,
  PROGRAM_ASPECTS,
  programTask,
} from "../../regress/programs/program-task.js";
import {mean} from "../../stats/moments.js";
import {wilson} from "../../stats/shares.js";
import {labelledText} from "../../tasks/cost-task.js";
import {type LadderTools, predictorOf} from "./ladder.js";
import {ladderTools, openRegressor, samplesOf, summaryOf, TREES_NEEDS} from "./samples.js";
import {signedLog} from "./signed-log.js";
import {FITTED, knownTexts} from "./tried.js";

/** What is asked of a program; a failing one prints nothing and costs nothing. */
const QUESTIONS = ["printed number", "operations", "most bytes", "fails"] as const;
type Question = (typeof QUESTIONS)[number];

/** Operations, most bytes and printed number that somebody says; null for a program said to fail. */
type Answer = readonly Target[];
/** Answers about a program without running it. */
type Surrogate = (text: string) => Answer;

/** Place of a question's number among the targets of a program. */
const TARGET_OF: Readonly<Record<Exclude<Question, "fails">, number>> = {
  "printed number": 2,
  operations: 0,
  "most bytes": 1,
};

const answerOf = ({run}: AspectProgram): Answer => [run.operations, run.peakBytes, run.printed];
const failed = (answer: Answer): boolean => answer[0] === null;

/** Whether an answer to a question is right. */
function isRight(question: Question, truth: Answer, said: Answer): boolean {
  if (question === "fails") return failed(truth) === failed(said);
  const target = TARGET_OF[question];
  return truth[target] === said[target];
}

/** The answer that most programs of training have, number by number. */
function mostFrequent(answers: readonly Answer[]): Surrogate {
  const most = [0, 1, 2].map((target) => {
    const counts = new Map<Target, number>();
    for (const answer of answers) counts.set(answer[target], (counts.get(answer[target]) ?? 0) + 1);
    return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best))[0];
  });
  return () => most;
}

/** The answer of the program of training with the most similar tokens. */
function nearest({vocabulary}: LadderTools, texts: readonly string[], answers: readonly Answer[]): Surrogate {
  const bag = bagOfTokens(vocabulary);
  const places = Float64Array.from(texts, (_, i) => i);
  const find = nearestRows(texts.map(bag), places, 1);
  return (text) => answers[find(bag(text))];
}

/** The sample that the model draws most often, number by number; half of all samples without a number say that it fails. */
function byModel(model: RegressionModel, samples: number): Surrogate {
  return (text) => {
    const drawn = sampleTargets(model, text, {targets: 3, samples});
    return [0, 1, 2].map((target) => {
      const own = samplesOf(drawn, target);
      const isFailure = 2 * own.filter(Number.isNaN).length > own.length;
      return isFailure ? null : (summaryOf(own)?.mode ?? null);
    });
  };
}

function surrogatesOf(model: RegressionModel, tools: LadderTools, samples: number): [string, Surrogate][] {
  const training = Array.from({length: FITTED}, (_, i) => labelledText(programTask, "train", i));
  const [texts, answers] = [training.map(({text}) => text), training.map(({targets}) => targets)];
  const trees = [0, 1, 2].map((target) => {
    const task = {
      id: "program",
      target,
      known: knownTexts(training, target),
      drawn: FITTED,
      seed: 0,
    } as const;
    return predictorOf("boosted trees on hand features", task, tools);
  });
  return [
    ["most frequent answer", mostFrequent(answers)],
    ["nearest program", nearest(tools, texts, answers)],
    ["boosted trees, rounded", (text) => trees.map((predict) => Math.round(predict(text)))],
    ["regression model", byModel(model, samples)],
  ];
}

interface Asked {
  readonly program: AspectProgram;
  readonly said: Answer;
}

/** Root mean square of the error of the decimal logarithm, of those where both have a number. */
function logError(question: Question, asked: readonly Asked[]): number | null {
  if (question === "fails") return null;
  const target = TARGET_OF[question];
  const squares = asked.flatMap(({program, said}) => {
    const [truth, other] = [answerOf(program)[target], said[target]];
    return truth === null || other === null ? [] : [(signedLog(truth) - signedLog(other)) ** 2];
  });
  return squares.length === 0 ? null : Math.sqrt(mean(squares));
}

function scoresOf(question: Question, asked: readonly Asked[]) {
  const right = asked.filter(({program, said}) => isRight(question, answerOf(program), said));
  const {share: exact, low, high} = wilson(right.length, asked.length);
  return {programs: asked.length, exact, low, high, logError: logError(question, asked)};
}

/** Operations that programs execute, as a geometric mean; null where they fail. */
function stepsOf(asked: readonly Asked[]): number | null {
  const logs = asked.flatMap(({program}) => {
    const {operations} = program.run;
    return operations === null ? [] : [Math.log10(Math.max(1, operations))];
  });
  return logs.length === 0 ? null : 10 ** mean(logs);
}

const score = (label: string) => ({type: "number", label, provenance: "measured"}) as const;

/** Answers about programs that were not run, by what makes a program hard. */
export const programs = experiment({
  id: "regress/programs",
  title: "Programs that are not run",
  question: "What can a predictor say of a program without running it?",
  source: "SURGE, arXiv:2502.11167",
  params: {
    question: {
      kind: "choice",
      label: "What is asked",
      help: "A failing program prints nothing and has no cost.",
      options: QUESTIONS,
      default: "most bytes",
    },
    each: {
      kind: "integer",
      label: "Programs of each kind",
      help: "Rare kinds may have fewer.",
      min: 8,
      max: 60,
      default: 24,
    },
    samples: {
      kind: "integer",
      label: "Samples a program",
      min: 1,
      max: 64,
      log: true,
      default: 16,
      advanced: true,
    },
  },
  columns: {
    aspect: {type: "string", label: "Kind of program"},
    surrogate: {type: "string", label: "Who answers"},
    question: {type: "string", label: "What is asked"},
    steps: {...score("Operations that are executed, geometric mean"), nullable: true},
    programs: {type: "integer", label: "Programs"},
    exact: score("Share of answers that are exactly right"),
    low: score("Lower end of its 95 % interval"),
    high: score("Upper end of its 95 % interval"),
    logError: {...score("Root mean square error of the decimal logarithm"), nullable: true},
  },
  needs: TREES_NEEDS,
  sweep: QUESTIONS.map((question) => ({question})),
  async run({question, each, samples}, {data, progress}) {
    const model = await openRegressor(data.get("regressor/small"));
    const drawn = aspectPrograms(each);
    await progress(0.2, "program by program");
    return surrogatesOf(model, ladderTools(data, model), samples).flatMap(([surrogate, answer]) => {
      const asked = drawn.map((program): Asked => ({program, said: answer(program.text)}));
      return PROGRAM_ASPECTS.flatMap((aspect) => {
        const own = asked.filter(({program}) => program.aspect === aspect);
        if (own.length === 0) return [];
        const row = {aspect, surrogate, question, steps: stepsOf(own), ...scoresOf(question, own)};
        return [{...row, provenance: "measured" as const}];
      });
    });
  },
});
