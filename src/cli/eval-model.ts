/** The model of `paretoscope eval`: a decoder or a state-space model, each with the options it can take. */
import {totalmem} from "node:os";
import type {Backend} from "../lib/engine/backend.js";
import {ARCHITECTURES, decoderConfig} from "../lib/engine/decoder/config.js";
import {readDecoderWeights} from "../lib/engine/decoder/decoder-weights.js";
import {MAMBA_ARCHITECTURES, mambaConfig} from "../lib/engine/mamba/mamba-config.js";
import {readMambaWeights} from "../lib/engine/mamba/mamba-weights.js";
import type {PreparedModel} from "../lib/engine/prepared-model.js";
import {readConfig} from "../lib/engine/read-config.js";
import {prepareModel, type Setup} from "../lib/evaluate/prepare-model.js";
import type {Format} from "../lib/formats/format.js";
import {formats} from "../lib/formats/registry.js";
import {openCheckpoint} from "../lib/io/checkpoint.js";
import {fieldReader} from "../lib/io/config-fields.js";
import type {JsonObject} from "../lib/io/json-file.js";
import type {ModelFolder} from "../lib/io/model-folder.js";
import {type MethodId, quantizationMethods} from "../lib/quant/registry.js";
import {MAMBA_BITS, type MambaBits, quantizeMamba} from "../lib/ssm/quantize/quantize-mamba.js";
import {type ScanQuantizerId, scanQuantizers, scanQuantizersFor} from "../lib/ssm/registry.js";
import {type Call, integers, notOneOf, type OptionSpecs, text, UsageError} from "./usage.js";

/** Times that the weights lie in memory: as read, rewritten, in two running models; and as much again for all else. */
const COPIES = 8;

/** The options that set a model up. */
export const MODEL_OPTIONS = {
  weights: {
    value: "FORMAT",
    help: "number format of the layers' projections (float32); paretoscope list names them",
  },
  activations: {value: "FORMAT", help: "number format of the projections' inputs, token by token (float32)"},
  kv: {value: "FORMAT", help: "number format of the cached keys and values, token by token (float32)"},
  layers: {value: "N,…", help: "layers whose weights and activations are quantized, from 0 (all)"},
  method: {
    value: "METHOD",
    help: `how the weights are rounded: ${quantizationMethods.ids.join(", ")} (rtn); of a state-space model, how everything is: ${scanQuantizers.ids.join(", ")} (static)`,
  },
  bits: {
    value: "BITS",
    help: `bits of weights and activations of a state-space model, instead of formats: ${MAMBA_BITS.join(", ")} (float32)`,
  },
} as const satisfies OptionSpecs;

type ModelOption = keyof typeof MODEL_OPTIONS;

/** What both models of an evaluation are made with. */
export interface EvalPrepareOptions {
  readonly calibration: readonly (readonly number[])[];
  readonly backend: () => Backend | Promise<Backend>;
}

/** A model that was read and waits for its calibration texts. */
export interface EvalModel {
  readonly vocabSize: number;
  /** The longest text it was made for; Infinity if its config names none. */
  readonly maxPositions: number;
  /** As the options say. */
  prepare(options: EvalPrepareOptions): Promise<PreparedModel>;
  /** The same model in float32. */
  baseline(options: EvalPrepareOptions): Promise<PreparedModel>;
}

/**
 * Reads a model folder and holds the options against its architecture.
 * @throws UsageError for an option that this architecture does not take; FormatError for a wrong model.
 */
export async function openEvalModel(folder: ModelFolder, call: Call): Promise<EvalModel> {
  const config = await readConfig(folder, "eval");
  const name = fieldReader("eval").architecture(config, [...ARCHITECTURES, ...MAMBA_ARCHITECTURES]);
  return MAMBA_ARCHITECTURES.some((mamba) => mamba === name)
    ? openMamba(folder, config, call)
    : openDecoder(folder, config, call);
}

async function openDecoder(folder: ModelFolder, json: JsonObject, call: Call): Promise<EvalModel> {
  refuse(call, ["bits"], "state-space models");
  const setup = decoderSetup(call);
  const weights = await readDecoderWeights(await openCheckpoint(folder), decoderConfig(json), memory());
  return {
    ...weights.config,
    prepare: (options) => prepareModel(weights, setup, options),
    baseline: ({backend}) => prepareModel(weights, {}, {backend}),
  };
}

function decoderSetup(call: Call): Setup {
  const weights = format(call, "weights");
  const activations = format(call, "activations");
  const kv = format(call, "kv");
  const layers = integers("eval", call, "layers", 0);
  return {
    method: choice(call, "method", quantizationMethods.ids) ?? ("rtn" satisfies MethodId),
    ...(weights && {weights}),
    ...(activations && {activations}),
    ...(kv && {kv}),
    ...(layers && {layers: new Set(layers)}),
  };
}

async function openMamba(folder: ModelFolder, json: JsonObject, call: Call): Promise<EvalModel> {
  refuse(call, ["weights", "activations", "kv", "layers"], "decoders");
  const config = mambaConfig(json);
  const methods = scanQuantizersFor(config).map(({id}) => id);
  const method: ScanQuantizerId = choice(call, "method", methods) ?? "static";
  const bits: MambaBits | null = choice(call, "bits", MAMBA_BITS) ?? null;
  const weights = await readMambaWeights(await openCheckpoint(folder), config, memory());
  return {
    vocabSize: config.vocabSize,
    maxPositions: Number.POSITIVE_INFINITY,
    prepare: (options) => quantizeMamba(weights, {...options, method, bits}),
    baseline: ({backend}) => quantizeMamba(weights, {method: "dynamic", bits: null, backend}),
  };
}

function memory(): {maxBytes: number} {
  return {maxBytes: Math.floor(totalmem() / COPIES)};
}

function refuse(call: Call, names: readonly ModelOption[], owner: string): void {
  const wrong = names.find((name) => call.options.has(name));
  if (wrong !== undefined)
    throw new UsageError(`eval: --${wrong} is an option of ${owner}, got another model`);
}

function choice<T extends string>(call: Call, name: ModelOption, allowed: readonly T[]): T | undefined {
  const given = text(call, name);
  const found = allowed.find((one) => one === given);
  if (given !== undefined && found === undefined) throw notOneOf(`eval: --${name}`, given, allowed);
  return found;
}

function format(call: Call, name: "weights" | "activations" | "kv"): Format | undefined {
  const id = text(call, name);
  if (id === undefined || id === "float32") return undefined;
  if (!Object.hasOwn(formats, id)) throw notOneOf(`eval: --${name}`, id, Object.keys(formats));
  return formats[id];
}
