import {MOST_TOKENS} from "../../../src/lib/decoding/hamburger/segmentation.js";
import type {Card, GroupRun, GuessRun} from "./record.js";
import {apart, shapesOf, sizeOf, sum} from "./tensors.js";

/** Pieces of the section on the predictor, from its tensors and its record. */
export function butlerLines(folder: string, {tokenButler}: Card, modelParameters: number): string[] {
  if (tokenButler === undefined) return [];
  const {rate, steps, batch, context, minutes, log, test} = tokenButler;
  const own = sizeOf(`${folder}/token-butler.safetensors`);
  return [
    `${apart(own)} parameters, ${((100 * own) / (own + modelParameters)).toFixed(1)} % of model and predictor together`,
    `AdamW, ${rate} after a tenth of the steps, cosine to zero, ${apart(steps)} steps of ${batch} x ${context} tokens`,
    `${minutes} minutes on one core`,
    ...log.map(
      ({step, trainLoss, validationLoss, hitAccuracy}) =>
        `| ${step} | ${trainLoss.toFixed(3)} | ${validationLoss.toFixed(3)} | ${hitAccuracy.toFixed(3)} |`,
    ),
    `On ${test.documents} test documents: loss ${test.validationLoss.toFixed(3)}, hit accuracy ${test.hitAccuracy.toFixed(3)}`,
  ];
}

const percents = (shares: readonly number[]) =>
  shares.map((share) => `${(100 * share).toFixed(1)} %`).join(", ");

/** Pieces of a section on heads or prompt tokens, from its tensors and its record. */
export function guessLines(
  path: string,
  {rate, steps, batch, context, minutes, log, test}: GuessRun,
  model: number,
): string[] {
  const {accuracy, ...trained} = shapesOf(path);
  const own = Object.values(trained).reduce((total, shape) => total + shape.reduce((a, b) => a * b, 1), 0);
  return [
    `\`${path.split("/").at(-1)}\` (float16): ${accuracy[0]} `,
    `${apart(own)} parameters, ${Number(((100 * own) / model).toPrecision(3))} % of the model's`,
    `AdamW, ${rate} after 50 steps of warm-up, cosine to zero, ${apart(steps)} steps of ${batch} x ${context} tokens`,
    `${minutes} minutes on one core`,
    ...log.map(
      ({step, trainLoss, validationTop1}) =>
        `| ${step} | ${trainLoss.toFixed(3)} | ${percents(validationTop1)} |`,
    ),
    `On ${test.texts} texts that the model wrote after test beginnings, ${test.tokens} tokens each, the first guess is right in ${percents(test.top1)} of cases by distance, one of the first ${accuracy[1]} in ${percents(test.topAll)}.`,
  ];
}

/** Pieces of a section on groups of tokens, from its tensors and its record. */
export function groupLines(
  path: string,
  {rate, steps, batch, context, minutes, log, test}: GroupRun,
  model: number,
): string[] {
  const shapes = Object.entries(shapesOf(path));
  const own = sum(
    shapes.map(([name, shape]) => (name.startsWith("base.") ? 0 : shape.reduce((a, b) => a * b, 1))),
  );
  const micro = new Set(shapes.flatMap(([name]) => name.match(/^layers\.\d+/) ?? [])).size;
  const percent = (share: number) => percents([share]);
  return [
    `groups of up to ${MOST_TOKENS} tokens as one`,
    `a micro-step decoder of ${micro} layers`,
    `${apart(own)} parameters beside the copy, ${Number(((100 * own) / model).toPrecision(3))} % of the model's`,
    `AdamW, ${rate} after 50 steps of warm-up, cosine to zero, ${apart(steps)} steps of ${batch} x ${context} tokens`,
    `${minutes} minutes on one core`,
    ...log.map(
      ({step, trainLoss, validationFirst, validationLater, validationStops}) =>
        `| ${step} | ${trainLoss.toFixed(3)} | ${percent(validationFirst)} | ${percent(validationLater)} | ${percent(validationStops)} |`,
    ),
    `On ${test.texts} texts that the model wrote after 128 tokens of test documents`,
    `${percent(test.first)} of first and ${percent(test.later)} of later tokens of a group are the model's likeliest, and ${percent(test.stops)} of ends are where the rule has them; a group has ${test.tokensOfGroup.toFixed(2)} tokens`,
  ];
}
