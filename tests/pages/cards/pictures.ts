import {json, type Run} from "./record.js";
import {apart, sizeOf} from "./tensors.js";

/** Is it a model of pictures? */
export const isPictureModel = (model: string): boolean =>
  json(`src/data/models/${model}/config.json`).image_size !== undefined;

/** How many pictures of a split a classifier names rightly, and its mean cross-entropy. */
interface PictureScore {
  readonly right: number;
  readonly pictures: number;
  readonly loss: number;
}

/** The record of a classifier of pictures. */
export interface PictureCard extends Omit<Run, "context"> {
  readonly parameters: number;
  readonly pictures: number;
  readonly seed: number;
  readonly test: PictureScore;
  /** Of the first pictures of the test split: named rightly or not. */
  readonly firstRight: readonly boolean[];
  readonly log: readonly {
    readonly step: number;
    readonly pictures: number;
    readonly trainLoss: number;
    readonly validation: PictureScore;
  }[];
}

/** The record of a classifier of pictures. */
export const pictureCardOf = (model: string): PictureCard => json(`src/data/models/${model}/card.json`);

/** Pieces of the card of a classifier of pictures that its files give. */
export function pictureLines(model: string): string[] {
  const folder = `src/data/models/${model}`;
  const config = json(`${folder}/config.json`);
  const expected = json(`${folder}/expected.json`);
  const {rate, seed, steps, batch, pictures, minutes, test, log} = pictureCardOf(model);
  const {image_size: size, patch_size: patch} = config;
  return [
    `of ${apart(sizeOf(`${folder}/model.safetensors`))} parameters: it names which of ${config.num_labels} shapes a grey picture of ${size} x ${size} pixels shows`,
    `the first ${expected.labels.length} pictures of the validation split`,
    `Patches of ${patch} x ${patch} pixels, ${(size / patch) ** 2} of them; ${config.num_hidden_layers} layers of width ${config.hidden_size} with ${config.intermediate_size} inner channels, ${config.state_size} numbers of state for each`,
    `a convolution over ${config.conv_kernel} x ${config.conv_kernel} patches`,
    `time steps from ${config.time_step_rank} channels`,
    `warm-up over 100 steps to ${rate}, cosine to a tenth of it`,
    `float32, seed ${seed}. ${apart(steps)} steps of ${batch} pictures`,
    `${apart(pictures)} pictures, ${minutes} minutes`,
    ...log.map(
      ({step, pictures: seen, trainLoss, validation}) =>
        `| ${step} | ${apart(seen)} | ${trainLoss.toFixed(4)} | ${validation.loss.toFixed(4)} | ${validation.right} of ${validation.pictures} |`,
    ),
    `Of the first ${apart(test.pictures)} pictures of the test split it names ${apart(test.right)} rightly, ${((100 * test.right) / test.pictures).toFixed(1)} % (cross-entropy ${test.loss.toFixed(4)})`,
  ];
}
