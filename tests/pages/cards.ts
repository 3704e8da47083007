/** Contents that the card of a model must have, from its files: the record of its measurements, its configuration and its tensors. */
import {butlerLines, groupLines, guessLines} from "./cards/added-parts.js";
import {arithmeticLines, isArithmeticModel} from "./cards/arithmetic.js";
import {isMaskedModel, maskedLines} from "./cards/masked.js";
import {isPictureModel, pictureLines} from "./cards/pictures.js";
import {cardOf} from "./cards/record.js";
import {scoreLines, tailLines, trainingLines, variantLines} from "./cards/scores.js";
import {sizeLines} from "./cards/sizes.js";
import {sizeOf} from "./cards/tensors.js";

/** Pieces of a model's card that its files give. */
export function cardLines(model: string): string[] {
  if (isPictureModel(model)) return pictureLines(model);
  if (isMaskedModel(model)) return maskedLines(model);
  if (isArithmeticModel(model)) return arithmeticLines(model);
  const [folder, card] = [`src/data/models/${model}`, cardOf(model)];
  const isTrained = card.training !== undefined;
  const parameters = sizeOf(`${folder}/model.safetensors`);
  return [
    ...sizeLines(folder, isTrained),
    ...trainingLines(card),
    ...(isTrained ? scoreLines(card) : variantLines(card)),
    ...tailLines(card),
    ...butlerLines(folder, card, parameters),
    ...(card.medusaHeads
      ? guessLines(`${folder}/medusa-heads.safetensors`, card.medusaHeads, parameters)
      : []),
    ...(card.promptTokens
      ? guessLines(`${folder}/prompt-tokens.safetensors`, card.promptTokens, parameters)
      : []),
    ...(card.hamburger ? groupLines(`${folder}/hamburger.safetensors`, card.hamburger, parameters) : []),
  ];
}
