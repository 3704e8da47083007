import type {Card, Counted, Scores} from "./record.js";
import {apart, sum} from "./tensors.js";

/** Scores of a model on the test split. */
export const scoreLines = ({scores: {context, test, tasks}, ngram}: Card): string[] => {
  const loss = sum(test.loss) / test.loss.length;
  const share = ({right, of}: Counted) => `${((100 * sum(right)) / sum(of)).toFixed(1)} % of ${sum(of)}`;
  const gram = ngram?.[5] ?? Number.NaN;
  return [
    `Test split, ${test.loss.length} documents of ${context} tokens`,
    `perplexity over all ${apart(context * test.loss.length)} tokens | ${Math.exp(loss).toFixed(3)} (loss ${loss.toFixed(4)})`,
    `5-gram, trained on ${apart(ngram?.tokens ?? 0)} tokens | ${gram.toFixed(3)}: the model is ${(100 * (1 - Math.exp(loss) / gram)).toFixed(1)} % below`,
    `4-grams, 3-grams | ${ngram?.[4].toFixed(3)}, ${ngram?.[3].toFixed(3)}`,
    `answer tokens right | ${share(test.answers)}`,
    `copied tokens right | ${share(test.copies)}`,
    `at the full context of ${context} tokens`,
    ...taskLines(tasks),
  ];
};

const TITLES: Readonly<Record<string, string>> = {
  "needle-single": "one fact in a context of text, asked for at the end",
  "needle-multikey": "four facts, one asked for",
  "needle-multiquery": "four facts, all asked for",
  "needle-multivalue": "four facts of one key, the last one counts",
  "variable-tracking": "a fact and two aliases, both asked for",
  "common-words": "the most common word of a list",
  coreference: "a four-token name after a phrase seen before",
};

/** Settings of the training of a model and its log. */
export const trainingLines = ({training}: Card): string[] =>
  training === undefined
    ? []
    : [
        `Trained at a context of ${training.context} tokens`,
        `warm-up over 100 steps to ${training.rate}, cosine to a tenth of it`,
        `Last run: ${training.steps} steps of ${training.batch} x ${training.context} tokens; ${apart(training.tokens)} tokens in all, ${training.minutes} minutes`,
        ...training.log.map(
          ({step, context, trainLoss, perplexity, answerAccuracy, copyAccuracy}) =>
            `| ${step} | ${context} | ${trainLoss.toFixed(4)} | ${perplexity.toFixed(2)} | ${answerAccuracy.toFixed(3)} | ${copyAccuracy.toFixed(3)} |`,
        ),
      ];

/** Tails of the activations of a model, and how far arithmetics shift its logits. */
export const tailLines = ({tails = [], shifts = []}: Card): string[] => [
  ...tails.map(
    ({layer, site, peak, kurtosis}) => `| ${layer} | ${site} | ${peak.toFixed(1)} | ${kurtosis.toFixed(1)} |`,
  ),
  ...shifts.map(
    ({arithmetic, shift, largest}) =>
      `| ${arithmetic} | ${shift.toExponential(2).replace(/e([+-])(\d)$/, "e$10$2")} | ${largest.toFixed(2)} |`,
  ),
];

/** Shares of the samples of each task that a model solves. */
export const taskLines = (tasks: Scores["tasks"]): string[] =>
  Object.entries(tasks).map(([task, {samples, wrong}]) => {
    const right = samples - wrong.length;
    return `| \`${task}\`: ${TITLES[task]} | ${((100 * right) / samples).toFixed(1)} % (${right} of ${samples}) |`;
  });

/** Scores of a model that was made from another one. */
export function variantLines({scores: {test}}: Card): string[] {
  const loss = sum(test.loss) / test.loss.length;
  const {right, of} = test.answers;
  return [
    `Perplexity on the test split: ${Math.exp(loss).toFixed(3)}; answer tokens right: ${((100 * sum(right)) / sum(of)).toFixed(1)} % of ${sum(of)}`,
  ];
}
