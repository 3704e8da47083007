/** Texts of a plan: some that it is chosen by, others that its result is reported on. */
import {
  corpusCalibration,
  corpusSeeds,
  type EvalSeed,
  type EvalText,
  ownTextCalibration,
  ownTextSeeds,
} from "../../../evaluate/eval-texts.js";
import type {ModelFolder} from "../../../io/model-folder.js";
import type {RunningModel} from "../../../plan/running-model.js";
import {vocabulary} from "../../../tasks/vocabulary.js";
import type {ByteSource} from "../../../technique/opened-file.js";
import {readOwnText} from "../own-text.js";

/** Texts of a model. */
export interface PlanTexts {
  readonly choosing: readonly EvalText[];
  readonly reporting: readonly EvalSeed[];
  /** Token ids that a cache may calibrate on. */
  readonly calibration: readonly (readonly number[])[];
  /** Tokens of each text that are read at once; those after them are decoded, and only they are scored. */
  readonly prefill: number;
}

/** Tokens of a text, where the model was made for as many. */
const CONTEXT = 128;

interface Wanted {
  readonly documents: number;
  readonly text: ByteSource | null;
}

/**
 * Documents of the corpus where the model has its vocabulary, else windows of a text of one's own: the first half to
 * choose by, the second to report on.
 * @returns the reason why there are none, in a sentence, where that is so
 * @throws RangeError or FormatError for a text that cannot be used.
 */
export async function planTexts(
  {vocabSize, maxPositions}: RunningModel,
  folder: ModelFolder,
  {documents, text}: Wanted,
): Promise<PlanTexts | string> {
  const context = Math.min(CONTEXT, maxPositions - 1);
  const prefill = Math.floor(context / 2);
  const scored = (tokens: readonly number[]): EvalText => ({tokens, answers: [], from: prefill + 1});
  const split = (calibration: number[][], seeds: readonly EvalSeed[]): PlanTexts => ({
    choosing: calibration.slice(0, documents).map(scored),
    reporting: seeds.map((seed) => ({...seed, texts: seed.texts.map(({tokens}) => scored(tokens))})),
    calibration: calibration.map((tokens) => tokens.slice(0, -1)),
    prefill,
  });
  if (text !== null) {
    const {ids, prefix} = await readOwnText(text, folder, {bos: "prescribed", vocabSize});
    const windows = {context, prefix};
    return split(
      ownTextCalibration(ids, 2 * documents, windows),
      ownTextSeeds(ids, {windows: documents, ...windows}),
    );
  }
  if (vocabSize !== vocabulary.length)
    return `the corpus has ${vocabulary.length} tokens and the model ${vocabSize}: a text of your own measures any model`;
  return split(corpusCalibration(2 * documents, {context}), corpusSeeds({documents, context}));
}
