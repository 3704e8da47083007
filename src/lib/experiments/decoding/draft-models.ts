/** Models of the experiments on drafts: the large decoder writes, the small one or a copy in few bits drafts. */

import {type GroupModel, groupModel} from "../../decoding/hamburger/group-model.js";
import {type MedusaHeads, medusaHeads} from "../../decoding/medusa/medusa-heads.js";
import type {DecodingMethod, DecodingModels} from "../../decoding/method.js";
import {type PromptTokens, promptTokens} from "../../decoding/ppd/prompt-tokens.js";
import {decodingMethods} from "../../decoding/registry.js";
import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import type {DataSets, TensorSet} from "../../experiment/experiment.js";
import {formats} from "../../formats/registry.js";
import {quantizeDecoder} from "../../quant/quantize-decoder.js";
import {optionNames} from "../../technique/option-names.js";
import {openedDecoder} from "../shared/decoder-texts.js";
import {decoderWeights} from "../shared/decoders.js";

/** Data of both models, and of what was trained beside the large one. */
export const DRAFT_NEEDS = [
  "weights/decoder-large",
  "weights/decoder-small",
  "heads/decoder-large",
  "prompts/decoder-large",
  "groups/decoder-large",
] as const;

/** Methods whose drafts the target verifies, by their ids. */
export const DRAFTING = decodingMethods.all.flatMap(({id, trusts}) => (id === "plain" || trusts ? [] : [id]));

/** Models of a method, and the name of its draft. */
export interface OpenedModels extends DecodingModels {
  readonly draft: Decoder;
  readonly draftName: string;
}

/** The target, and a draft as a method asks for it. */
export interface DraftModels {
  readonly target: Decoder;
  of(method: DecodingMethod): Promise<OpenedModels>;
}

/**
 * Opens the models, each when it is first asked for.
 * @param substitute format of the copy whose layers are in few bits
 */
export async function draftModels(data: Pick<DataSets, "get">, substitute: string): Promise<DraftModels> {
  const target = await openedDecoder("decoder-large", data);
  const opened = new Map<DecodingMethod["takes"], Promise<OpenedModels>>();
  const open = async (takes: DecodingMethod["takes"]): Promise<OpenedModels> => {
    if (takes === "nothing") return {target, draft: target, draftName: "none"};
    if (takes === "a smaller model")
      return {target, draft: await openedDecoder("decoder-small", data), draftName: "decoder-small"};
    if (takes === "heads") return {target, draft: target, heads: headsOf(target, data), draftName: "heads"};
    if (takes === "prompt tokens")
      return {target, draft: target, prompts: promptsOf(target, data), draftName: "prompt tokens"};
    if (takes === "a micro-step decoder")
      return {target, draft: target, groups: await groupsOf(target, data), draftName: "micro-step decoder"};
    const method = substituteMethod(substitute);
    const {weights} = await quantizeDecoder(decoderWeights("decoder-large", data), {
      format: formats[substitute],
      method,
    });
    const draftName = method === "rtn" ? substitute : `${substitute}, ${method}`;
    return {target, draft: await decoderOf(weights, {backend: await wasmBackend()}), draftName};
  };
  return {
    target,
    of({takes}) {
      if (!opened.has(takes)) opened.set(takes, open(takes));
      return opened.get(takes)!;
    },
  };
}

/** Medusa's heads for the large decoder. @throws RangeError if the data set is not there. */
function headsOf(target: Decoder, data: Pick<DataSets, "get">): MedusaHeads {
  return medusaHeads(trainedTensors("heads/decoder-large", data), target);
}

/** PPD's prompt tokens for the large decoder. @throws RangeError if the data set is not there. */
export function promptsOf({config}: Pick<Decoder, "config">, data: Pick<DataSets, "get">): PromptTokens {
  return promptTokens(trainedTensors("prompts/decoder-large", data), config);
}

/** HAMburger's parts for the large decoder. @throws RangeError if the data set is not there. */
export function groupsOf(target: Decoder, data: Pick<DataSets, "get">): Promise<GroupModel> {
  return groupModel(trainedTensors("groups/decoder-large", data), target);
}

function trainedTensors(name: string, data: Pick<DataSets, "get">): TensorSet {
  const tensors = data.get(name);
  if (tensors === undefined)
    throw new RangeError(`draftModels: data must hold ${name}, got none of this name`);
  return tensors;
}

/** The format to which SubSpec rounds: 4 bits in groups of 64. (arXiv:2509.18344) */
export const PAPERS_SUBSTITUTE = "int4_g64_offset";

/** Format of a substitute, as a parameter. */
export const substituteParam = {
  kind: "choice",
  label: "Format of the substitute",
  help: "SubSpec drafts with the same model, its layers in this format; those with offsets are rounded by HQQ.",
  options: Object.keys(formats),
  names: optionNames(Object.values(formats)),
  default: PAPERS_SUBSTITUTE,
} as const;

/** Method by which a substitute is rounded: HQQ, as SubSpec's are, where the format has the offsets that it moves. */
export function substituteMethod(format: string): "hqq" | "rtn" {
  return formats[format].packWithOffsets === undefined ? "rtn" : "hqq";
}

/** Values of one name for whichever methods have a parameter of it. */
export function valuesFor(
  method: DecodingMethod,
  given: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const own = Object.entries(given).flatMap(([name, value]) => {
    const param = name === "depth" && Object.hasOwn(method.params, "gamma") ? "gamma" : name;
    return Object.hasOwn(method.params, param) ? [[param, value] as const] : [];
  });
  return Object.fromEntries(own);
}
