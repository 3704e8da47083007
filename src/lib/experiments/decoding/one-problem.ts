import {withoutTags} from "../../decoding/split-reason/tags.js";
import {experiment} from "../../experiment/experiment.js";
import {scoreArithmetic} from "../../tasks/arithmetic.js";
import {expressionProblem} from "../../tasks/arithmetic-expression.js";
import {optionNames} from "../../technique/option-names.js";
import {ARITHMETIC_NEEDS} from "./arithmetic-models.js";
import {SPLIT_POLICIES, splitModels, splitNeeds, splitPolicy, splitText} from "./split-policies.js";

const measured = {provenance: "measured"} as const;
/** Share of steps for the rules that have one: about that of the truly hard steps. */
const SHARE = 0.2;

/** The work on one problem, part by part: who wrote it, and who was right. */
export const oneProblem = experiment({
  id: "decoding/one-problem",
  title: "A problem that two models share",
  question: "Which parts of a problem does the small model hand over?",
  source: "SplitReason, arXiv:2504.16379, section 3.1",
  params: {
    expression: {
      kind: "text",
      label: "Problem",
      help: "Numbers up to 999, + - * and parentheses; up to six operators.",
      maxLength: 100,
      default: "(47*86)-(915+(38*9))",
    },
    policy: {
      kind: "choice",
      label: "Who decides",
      options: SPLIT_POLICIES.map(({id}) => id),
      names: optionNames(SPLIT_POLICIES),
      default: "learned",
    },
  },
  columns: {
    part: {type: "integer", label: "Part"},
    writer: {type: "string", label: "Written by"},
    text: {type: "string", label: "Text, tags included"},
  },
  tables: {
    steps: {
      expression: {type: "string", label: "Problem, with all parentheses"},
      step: {type: "string", label: "Right step"},
      difficulty: {type: "integer", label: "Carries, borrows, or products of digits twice"},
      isWritten: {type: "boolean", label: "Stands in the text as it should"},
      answer: {type: "integer", label: "Right answer"},
      isSolved: {type: "boolean", label: "Answer is right"},
    },
  },
  needs: ARITHMETIC_NEEDS,
  needsOf: ({policy}) => splitNeeds([policy]),
  sweep: SPLIT_POLICIES.map(({id}) => ({policy: id})),
  async run({expression: typed, policy: id}, {data}) {
    const problem = expressionProblem(typed);
    const policy = splitPolicy(id);
    const share = policy.shareOf === "steps" ? SHARE : 1;
    const {parts} = splitText(await splitModels(data, [id]), policy, problem, share);
    const work = withoutTags(parts.map(({text}) => text).join(""));
    const {expectedSteps, isCorrect} = scoreArithmetic(problem, work);
    return {
      rows: parts.map(({writer, text}, part) => ({part, writer, text, ...measured})),
      steps: problem.steps.map(({text, difficulty}, i) => ({
        expression: problem.expression,
        step: text,
        difficulty,
        isWritten: expectedSteps[i],
        answer: problem.answer,
        isSolved: isCorrect,
        ...measured,
      })),
    };
  },
});
