/** A text by a decoder of a folder with drafts: what a method of the registry needs is opened, then it writes round by round. */

import type {Round} from "../../../decoding/decoding-run.js";
import {groupModel} from "../../../decoding/hamburger/group-model.js";
import {medusaHeads} from "../../../decoding/medusa/medusa-heads.js";
import type {DecodingMethod, DecodingModels} from "../../../decoding/method.js";
import {promptTokens} from "../../../decoding/ppd/prompt-tokens.js";
import {decodingMethods} from "../../../decoding/registry.js";
import type {Backend} from "../../../engine/backend.js";
import {decoderOf} from "../../../engine/decoder/decoder-weights.js";
import type {Decoder, LoadOptions} from "../../../engine/decoder/load-decoder.js";
import {openDecoder, openDecoderWeights} from "../../../engine/open-decoder.js";
import type {TensorSet} from "../../../experiment/experiment.js";
import {formats} from "../../../formats/registry.js";
import type {ModelFolder} from "../../../io/model-folder.js";
import {openSafetensors, readTensor} from "../../../io/safetensors.js";
import {quantizeDecoder} from "../../../quant/quantize-decoder.js";
import {checkParams} from "../../../technique/check-params.js";
import {optionNames} from "../../../technique/option-names.js";
import {paramFromText} from "../../../technique/params.js";
import {randomStream} from "../../../tensor/random.js";
import type {Tensor} from "../../../tensor/tensor.js";
import {substituteMethod, substituteParam} from "../../decoding/draft-models.js";

/** Parameters of a text with drafts. */
export const draftedParams = {
  method: {
    kind: "choice",
    label: "Method",
    help: "How a decoder writes; all but plain and hamburger draft tokens that one pass of the model verifies.",
    options: decodingMethods.ids,
    names: optionNames(decodingMethods.all),
    default: "plain",
  },
  settings: {
    kind: "text",
    label: "Settings of the method",
    help: "Its parameters that are not at their defaults: name=value, between commas.",
    maxLength: 1000,
    default: "",
  },
  draft: {
    kind: "file",
    label: "Draft",
    help: "A decoder of the same vocabulary, for methods that draft with a smaller model.",
    holds: "folder",
    accepts: "model folder",
    default: null,
  },
  substitute: {
    ...substituteParam,
    help: "For methods that draft with a copy of the model in few bits; those with offsets are rounded by HQQ.",
  },
} as const;

/** Choice of a method, and the folders that it may open. */
export interface DraftedSetting {
  readonly model: ModelFolder | null;
  readonly method: string;
  readonly settings: string;
  readonly draft: ModelFolder | null;
  readonly substitute: string;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly seed: number;
}

/** Loading of every model of a run; each has a backend of its own, which may hold its weights. */
export interface DraftedLoading {
  readonly options: LoadOptions;
  readonly backend: () => Backend | Promise<Backend>;
}

/** Sums over the rounds of a text. */
export interface Saved {
  /** Passes of the model after the prompt: rounds of drafting and verifying. */
  readonly passes: number;
  readonly draftPasses: number;
  readonly drafted: number;
  readonly accepted: number;
}

type Takes = DecodingMethod["takes"];
type Opener = (
  setting: DraftedSetting,
  loading: DraftedLoading,
  target: Decoder,
) => Promise<Omit<DecodingModels, "target">>;

/** Opens what a method drafts with. */
const OPENERS: Readonly<Record<Takes, Opener>> = {
  nothing: async () => ({}),
  "a smaller model": async ({draft, method}, {options, backend}) => {
    if (draft === null)
      throw new RangeError(`generate: draft must be a model folder for method ${method}, got none`);
    return {draft: await openDecoder(draft, {...options, backend: await backend()})};
  },
  "a substitute": async ({model, substitute}, {options, backend}) => {
    const weights = await openDecoderWeights(model!, options);
    const [format, method] = [formats[substitute], substituteMethod(substitute)];
    const {weights: rounded} = await quantizeDecoder(weights, {format, method});
    return {draft: await decoderOf(rounded, {...options, backend: await backend()})};
  },
  heads: async (setting, _loading, target) => ({
    heads: medusaHeads(await trainedBeside(setting, "medusa-heads.safetensors"), target),
  }),
  "prompt tokens": async (setting, _loading, {config}) => ({
    prompts: promptTokens(await trainedBeside(setting, "prompt-tokens.safetensors"), config),
  }),
  "a micro-step decoder": async (setting, _loading, target) => ({
    groups: await groupModel(await trainedBeside(setting, "hamburger.safetensors"), target),
  }),
};

/** Tensors of a file of the model's folder, trained for one method. */
async function trainedBeside({model, method}: DraftedSetting, name: string): Promise<TensorSet> {
  const source = await model!.open(name);
  if (source === undefined)
    throw new RangeError(`generate: model must have ${name} in its folder for method ${method}, got none`);
  const file = await openSafetensors(source);
  const tensors = new Map<string, Tensor>();
  for (const tensor of file.tensors.keys()) tensors.set(tensor, await readTensor(file, tensor));
  return tensors;
}

/**
 * Values of a method's parameters from `name=value` between commas.
 * @throws RangeError naming the parameter that the method does not have, or its allowed values.
 */
export function methodValues({id, params}: DecodingMethod, text: string): Record<string, number | boolean> {
  const given = text.split(",").flatMap((part) => {
    const [name, ...value] = part.split("=").map((side) => side.trim());
    if (name === "") return [];
    const param = Object.hasOwn(params, name) ? params[name] : undefined;
    return [[name, param === undefined ? value.join("=") : paramFromText(param, value.join("="))] as const];
  });
  checkParams(`generate: settings of ${id}`, params, Object.fromEntries(given));
  return Object.fromEntries(given) as Record<string, number | boolean>;
}

/**
 * Opens the models and begins a text.
 * @param prompt token ids, at least one
 * @throws RangeError for a draft that is missing, not asked for or of another vocabulary, or a setting that the method does
 * not have; FormatError for a wrong model.
 */
export async function draftedRounds(
  setting: DraftedSetting,
  prompt: readonly number[],
  loading: DraftedLoading,
): Promise<{readonly rounds: Generator<Round, void>; readonly unused: readonly string[]}> {
  const method = decodingMethods.byId(setting.method);
  const values = methodValues(method, setting.settings);
  if (setting.draft !== null && method.takes !== "a smaller model")
    throw new RangeError(
      `generate: draft must be left out with method ${method.id}, which takes ${method.takes}`,
    );
  const {temperature, topK, topP, seed, maxTokens: tokens} = setting;
  const target = await openDecoder(setting.model!, {...loading.options, backend: await loading.backend()});
  const models = {target, ...(await OPENERS[method.takes](setting, loading, target))};
  const warp = {temperature, topK, topP};
  const goal = {tokens, warp, random: randomStream(seed, "generate")};
  return {
    rounds: inName(method.id, () => method.rounds(models, prompt, values, goal)),
    unused: target.unused,
  };
}

/** Refusals of a method begin with the command's name. */
function* inName(id: string, begin: () => Generator<Round, void>): Generator<Round, void> {
  try {
    yield* begin();
  } catch (error) {
    if (!(error instanceof RangeError) || !error.message.startsWith(`${id}: `)) throw error;
    throw new RangeError(`generate: ${error.message.slice(id.length + 2)}`);
  }
}

/** Sums of rounds. */
export function savedBy(rounds: readonly Round[]): Saved {
  const sum = (of: (round: Round) => number) => rounds.reduce((total, round) => total + of(round), 0);
  return {
    passes: rounds.length,
    draftPasses: sum(({draft}) => draft.passes),
    drafted: sum(({drafted}) => drafted),
    accepted: sum(({accepted}) => accepted),
  };
}
