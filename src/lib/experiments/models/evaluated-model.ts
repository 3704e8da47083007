/** The model of an evaluation: a decoder or a state-space model, each with the parameters that it can take. */

import type {ModelRecord} from "../../architectures/model-record.js";
import {modelRecord} from "../../architectures/read-model.js";
import {openCheckpoint} from "../../checkpoint/open-checkpoint.js";
import {forwardAttamba} from "../../engine/attamba/attamba.js";
import {attambaConfigOf, isAttamba} from "../../engine/attamba/attamba-config.js";
import {loadAttamba} from "../../engine/attamba/load-attamba.js";
import type {Backend} from "../../engine/backend.js";
import {inputStatistics} from "../../engine/calibration/input-statistics.js";
import {decoderConfigOf} from "../../engine/decoder/config.js";
import {type DecoderWeights, readDecoderWeights} from "../../engine/decoder/decoder-weights.js";
import {readOn} from "../../engine/generate.js";
import {isMamba, mambaConfigOf} from "../../engine/mamba/mamba-config.js";
import {readMambaWeights} from "../../engine/mamba/mamba-weights.js";
import {loadMatMulFree} from "../../engine/matmul-free/load-matmul-free.js";
import {forwardMatMulFree} from "../../engine/matmul-free/matmul-free.js";
import {isMatMulFree, matMulFreeConfigOf} from "../../engine/matmul-free/matmul-free-config.js";
import {attambaText, matMulFreeText, type OpenText} from "../../engine/open-text.js";
import type {PreparedModel} from "../../engine/prepared-model.js";
import {readConfig} from "../../engine/read-config.js";
import {prepareModel, type Setup} from "../../evaluate/prepare-model.js";
import {formats, sizedFormatIds} from "../../formats/registry.js";
import type {Checkpoint} from "../../io/checkpoint.js";
import type {ModelFolder} from "../../io/model-folder.js";
import {quantizationMethods} from "../../quant/registry.js";
import {parsePruning, pruneDecoder} from "../../sparse/pruning/prune-decoder.js";
import {pruningMethods} from "../../sparse/pruning/registry.js";
import {MAMBA_BITS, quantizeMamba} from "../../ssm/quantize/quantize-mamba.js";
import {type ScanQuantizerId, scanQuantizers, scanQuantizersFor} from "../../ssm/registry.js";
import {optionNames} from "../../technique/option-names.js";
import type {ParamValues} from "../../technique/params.js";
import {packedOption} from "./packed-param.js";

/** Parts that are not quantized. */
const FLOAT32 = "float32";

const formatParam = <const L extends string, const H extends string>(
  label: L,
  help: H,
  options = Object.keys(formats),
) =>
  ({
    kind: "choice",
    label,
    help,
    options: [FLOAT32, ...options] as string[],
    names: optionNames(Object.values(formats)),
    default: FLOAT32 as string,
  }) as const;

/** The parameters that set a model up. */
export const modelParams = {
  weights: formatParam("Weights", "Number format of the layers' projections."),
  activations: formatParam("Activations", "Number format of the projections' inputs, token by token."),
  kv: formatParam("KV cache", "Number format of the cached keys and values, token by token.", [
    ...sizedFormatIds,
  ]),
  layers: {
    kind: "text",
    label: "Layers",
    help: "Those whose weights and activations are quantized, from 0, between commas; none named: all.",
    maxLength: 10_000,
    default: "",
  },
  packed: {
    kind: "choice",
    label: "Packed weights",
    help: "Of a decoder: matrices in the format of its weights, or as the file holds them, are multiplied packed, by activations in float32 or rounded to 8 bits; or unpacked.",
    options: ["unpacked", "f32", "int8"],
    default: "unpacked",
  },
  method: {
    kind: "text",
    label: "Method",
    help: `How the weights are rounded: ${quantizationMethods.ids.join(", ")}; without one, rtn. Of a state-space model, how everything is: ${scanQuantizers.ids.join(", ")}; without one, static.`,
    maxLength: 40,
    default: "",
  },
  prune: {
    kind: "text",
    label: "Pruned",
    help: `Weights of the projections that go before anything is rounded: a method, a colon, and the share that stays or N:M, such as wanda:0.5 or sparsegpt:2:4. Methods: ${pruningMethods.ids.join(", ")}; none named: all stay.`,
    maxLength: 40,
    default: "",
  },
  bits: {
    kind: "choice",
    label: "Bits",
    help: "Of weights and activations of a state-space model, instead of formats.",
    options: [FLOAT32, ...MAMBA_BITS],
    default: FLOAT32,
  },
} as const;

/** The values of {@link modelParams}. */
export type ModelSetting = ParamValues<typeof modelParams>;

/** Options that both models of an evaluation are made with. */
export interface EvalPrepareOptions {
  readonly calibration: readonly (readonly number[])[];
  readonly backend: () => Backend | Promise<Backend>;
}

/** A model that was read and waits for its calibration texts. */
export interface EvalModel {
  readonly vocabSize: number;
  /** The longest text it was made for; Infinity if its config names none. */
  readonly maxPositions: number;
  /** Names of tensors in the file that no part of the model takes. */
  readonly unused: readonly string[];
  /** As the options say. */
  prepare(options: EvalPrepareOptions): Promise<PreparedModel>;
  /** The same model in float32. */
  baseline(options: EvalPrepareOptions): Promise<PreparedModel>;
}

/**
 * Reads a model folder of any architecture that the engine runs.
 * @param limits bytes that its weights may take as float32
 * @throws RangeError for a setting that this architecture does not take, or a masked diffusion model; FormatError for a
 * wrong model.
 */
export async function openEvalModel(
  folder: ModelFolder,
  setting: ModelSetting,
  limits: {readonly maxBytes?: number},
): Promise<EvalModel> {
  const record = modelRecord(await readConfig(folder, "evaluate"), "evaluate");
  if (record.masked !== null) {
    throw new RangeError(
      `evaluate: model must predict the next token, got a ${record.family}, which fills masked tokens; a bound of its likelihood is another measure`,
    );
  }
  return openerOf(record)(await openCheckpoint(folder), record, setting, limits);
}

type Open = (
  checkpoint: Checkpoint,
  record: ModelRecord,
  setting: ModelSetting,
  limits: {readonly maxBytes?: number},
) => Promise<EvalModel>;

function openerOf(record: ModelRecord): Open {
  if (isAttamba(record)) return openAttamba;
  if (isMatMulFree(record)) return openMatMulFree;
  return isMamba(record) ? openMamba : openDecoder;
}

const openDecoder: Open = async (checkpoint, record, setting, limits) => {
  refuse(setting, ["bits"], "state-space models");
  const setup = decoderSetup(setting);
  const pruning = setting.prune === "" ? null : parsePruning(setting.prune);
  const weights = await readDecoderWeights(checkpoint, decoderConfigOf(record), limits);
  return {
    ...weights.config,
    unused: weights.unused ?? [],
    prepare: async (options) => {
      const left = pruning ? await pruned(weights, pruning, options) : weights;
      return prepareModel(left, setup, {...options, ...packedOption(setting)});
    },
    baseline: ({backend}) => prepareModel(weights, {}, {backend}),
  };
};

/** The weights without those that go, chosen on the calibration texts where the method reads any. */
async function pruned(
  weights: DecoderWeights,
  pruning: ReturnType<typeof parsePruning>,
  {calibration: texts, backend}: EvalPrepareOptions,
): Promise<DecoderWeights> {
  const readsTexts = pruningMethods.byId(pruning.method).needs.length > 0;
  const statistics = readsTexts ? await inputStatistics(weights, {texts, backend}) : undefined;
  return pruneDecoder(weights, {...pruning, ...(statistics && {statistics})}).weights;
}

function decoderSetup({weights, activations, kv, layers, method}: ModelSetting): Setup {
  const quantized = {weights, activations, kv};
  const given = Object.entries(quantized).filter(([, id]) => id !== FLOAT32);
  const only = integerList("layers", layers, 0);
  return {
    method: chosen(method, quantizationMethods.ids, "rtn"),
    ...Object.fromEntries(given.map(([name, id]) => [name, formats[id]])),
    ...(only.length > 0 && {layers: new Set(only)}),
  };
}

const openMamba: Open = async (checkpoint, record, setting, limits) => {
  refuse(setting, ["weights", "activations", "kv", "layers", "packed", "prune"], "decoders");
  const config = mambaConfigOf(record);
  const methods = scanQuantizersFor(config).map(({id}) => id);
  const method: ScanQuantizerId = chosen(setting.method, methods, "static");
  const bits = setting.bits === FLOAT32 ? null : setting.bits;
  const weights = await readMambaWeights(checkpoint, config, limits);
  return {
    vocabSize: config.vocabSize,
    maxPositions: Number.POSITIVE_INFINITY,
    unused: weights.unused ?? [],
    prepare: (options) => quantizeMamba(weights, {...options, method, bits}),
    baseline: ({backend}) => quantizeMamba(weights, {method: "dynamic", bits: null, backend}),
  };
};

const openAttamba: Open = async (checkpoint, record, setting, limits) => {
  refuseChanges(setting);
  const config = attambaConfigOf(record);
  const {unused} = await loadAttamba(checkpoint, config, limits);
  return asItIs({...config, unused}, async (backend) => {
    const model = await loadAttamba(checkpoint, config, {...limits, backend: await backend()});
    return {logits: (ids) => forwardAttamba(model, ids), begin: () => attambaText(model)};
  });
};

const openMatMulFree: Open = async (checkpoint, record, setting, limits) => {
  refuseChanges(setting);
  const config = matMulFreeConfigOf(record);
  const model = await loadMatMulFree(checkpoint, config, limits);
  return asItIs({...config, unused: model.unused}, async () => ({
    logits: (ids) => forwardMatMulFree(model, ids),
    begin: () => matMulFreeText(model),
  }));
};

/** No format and no method is known for keys and values that are states, or for weights that are ternary. */
function refuseChanges(setting: ModelSetting): void {
  refuse(setting, ["weights", "activations", "kv", "layers", "prune"], "decoders");
  refuse(setting, ["method", "bits"], "decoders and state-space models");
}

/** A model that runs as it is. */
function asItIs(
  {vocabSize, maxPositions, unused}: Pick<EvalModel, "vocabSize" | "maxPositions" | "unused">,
  load: (backend: EvalPrepareOptions["backend"]) => Promise<{
    readonly logits: PreparedModel["logits"];
    readonly begin: () => OpenText;
  }>,
): EvalModel {
  const prepare = async ({backend}: Pick<EvalPrepareOptions, "backend">): Promise<PreparedModel> => {
    const {logits, begin} = await load(backend);
    return {
      logits,
      write(turns) {
        const {read} = begin();
        return turns.map(({prompt, tokens}) => [...readOn(read, prompt, tokens).tokens]);
      },
      bitsPerWeight: null,
      bitsPerKv: null,
    };
  };
  return {vocabSize, maxPositions, unused, prepare, baseline: prepare};
}

function refuse(setting: ModelSetting, names: readonly (keyof ModelSetting)[], owner: string): void {
  const wrong = names.find((name) => setting[name] !== modelParams[name].default);
  if (wrong !== undefined) {
    throw new RangeError(`evaluate: ${wrong} is an option of ${owner}, got another model`);
  }
}

function chosen<T extends string>(given: string, allowed: readonly T[], fallback: T): T {
  if (given === "") return fallback;
  const found = allowed.find((one) => one === given);
  if (found !== undefined) return found;
  throw new RangeError(`evaluate: method must be one of ${allowed.join(", ")}, got ${JSON.stringify(given)}`);
}

/**
 * The integers of a parameter that lists them between commas; none for an empty text.
 * @throws RangeError if one is no integer of at least `least`.
 */
export function integerList(name: string, text: string, least: number): number[] {
  const parts = text.trim() === "" ? [] : text.split(",");
  const wrong = parts.find((part) => !/^\s*\d{1,15}\s*$/.test(part) || Number(part) < least);
  if (wrong !== undefined) {
    throw new RangeError(
      `evaluate: ${name} must be integers of at least ${least}, got ${JSON.stringify(wrong)}`,
    );
  }
  return parts.map(Number);
}
