import {type Counted, cardOf, json, type Scores} from "./record.js";
import {taskLines, trainingLines} from "./scores.js";
import {decoderSizes} from "./sizes.js";
import {apart, sizeOf, sum} from "./tensors.js";

/** Scores of a masked diffusion model: a bound, words filled in, samples of tasks. */
export interface MaskedScores {
  readonly context: number;
  readonly draws: number;
  readonly bound: readonly number[];
  readonly fill: readonly (Readonly<Record<"answers" | "copies" | "others", Counted>> & {
    readonly share: number;
    readonly masked: number;
  })[];
  readonly tasks: Scores["tasks"];
}

/** Is it a model that fills in masks? */
export const isMaskedModel = (model: string): boolean =>
  json(`src/data/models/${model}/config.json`).mask_token_id !== undefined;

/** The scores of a masked diffusion model. */
export const maskedScoresOf = (model: string): MaskedScores =>
  json(`src/data/models/${model}/card.json`).scores;

/** Pieces of the card of a masked diffusion model that its files give. */
export function maskedLines(model: string): string[] {
  const folder = `src/data/models/${model}`;
  const config = json(`${folder}/config.json`);
  const stored = sizeOf(`${folder}/model.safetensors`);
  const {context, draws, bound, fill, tasks} = maskedScoresOf(model);
  const {vocab_size: vocabulary, hidden_size: width, num_hidden_layers: layers} = config;
  const loss = sum(bound) / bound.length;
  const share = ({right, of}: Counted) => `${((100 * sum(right)) / sum(of)).toFixed(1)} % of ${sum(of)}`;
  const decoder = cardOf("decoder-small").scores.test.loss;
  return [
    ...trainingLines(cardOf(model)),
    `${apart(stored - vocabulary * width)} parameters (${apart(stored)} as stored`,
    `${vocabulary - 1} words and`,
    `${layers} layers, width ${width},`,
    `= sqrt(${width}) E`,
    ...decoderSizes(config),
    `Test split, ${bound.length} documents of ${context} tokens`,
    `masks of all sizes, ${draws} a document`,
    `has a perplexity of ${Math.exp(sum(decoder) / decoder.length).toFixed(3)} on the same tokens`,
    `perplexity over all ${apart(context * bound.length)} tokens | ${Math.exp(loss).toFixed(3)} (loss ${loss.toFixed(4)})`,
    ...fill.map(
      ({share: part, answers, copies, others}) =>
        `| ${Math.round(100 * part)} % | ${share(answers)} | ${share(copies)} | ${share(others)} |`,
    ),
    `at the full context of ${context} tokens`,
    ...taskLines(tasks),
  ];
}
