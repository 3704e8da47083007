import {type Counted, cardOf, json} from "./record.js";
import {decoderSizes} from "./sizes.js";
import {apart, sizeOf, sum} from "./tensors.js";

/** Work of test problems: the mean loss of a character of each, and how many of its characters are the likeliest. */
export interface ProblemScores extends Counted {
  readonly loss: readonly number[];
}

/** Is it a model of worked arithmetic? */
export const isArithmeticModel = (model: string): boolean => model.startsWith("arithmetic-");

/** The scores of a model of worked arithmetic. */
export const problemScoresOf = (model: string): ProblemScores =>
  json(`src/data/models/${model}/card.json`).problems;

/** Pieces of the card of a model of worked arithmetic that its files give. */
export function arithmeticLines(model: string): string[] {
  const folder = `src/data/models/${model}`;
  const {vocab_size: vocabulary, hidden_size: width, ...config} = json(`${folder}/config.json`);
  const stored = sizeOf(`${folder}/model.safetensors`);
  const {loss, right, of} = problemScoresOf(model);
  const {rate, steps, batch, context, tokens, minutes, log} = cardOf(model).training!;
  const solved = right.filter((count, i) => count === of[i]).length;
  const share = (part: number, all: number) => `${((100 * part) / all).toFixed(1)} %`;
  return [
    `${apart(stored - vocabulary * width)} parameters (${apart(stored)} as stored`,
    `${vocabulary} characters, one token each`,
    `${config.num_hidden_layers} layers, width ${width},`,
    ...decoderSizes(config),
    `= sqrt(${width}) E`,
    `Trained at a context of ${context} tokens`,
    `warm-up over 100 steps to ${rate}, cosine to a tenth of it`,
    `${steps} steps of ${batch} x ${context} tokens, ${apart(tokens)} in all, ${minutes} minutes`,
    ...log.map(
      ({step, trainLoss, perplexity, answerAccuracy}) =>
        `| ${step} | ${trainLoss.toFixed(4)} | ${perplexity.toFixed(2)} | ${answerAccuracy.toFixed(3)} |`,
    ),
    `${of.length} problems of the test split`,
    `mean over problems | ${(sum(loss) / loss.length).toFixed(4)} |`,
    `work and answer right | ${share(sum(right), sum(of))} of ${sum(of)} |`,
    `every character right | ${share(solved, of.length)} (${solved} of ${of.length}) |`,
  ];
}
