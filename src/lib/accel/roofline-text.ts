import {type CostTask, type LabelledText, logInteger, oneOf} from "../tasks/cost-task.js";
import type {RandomStream} from "../tensor/random.js";
import {type Composition, compose} from "./compose.js";
import {modelFromConfig} from "./hf-config.js";
import type {FormatChoice, Machine} from "./machine.js";
import {MACHINES} from "./machines.js";

/** Formats that a text may name, with the bits of an element, scales counted. */
export const TEXT_FORMATS: readonly FormatChoice[] = [
  {id: "fp16", bitsPerElement: 16},
  {id: "int8", bitsPerElement: 8.125, elementBits: 8},
  {id: "int4", bitsPerElement: 4.125, elementBits: 4},
  {id: "mxfp4", bitsPerElement: 4.25, elementBits: 4},
];

/** A machine, formats and work, as they stand in a text behind the keys of the model's config.json. */
export interface RooflineSettings {
  /** 1e9 bytes a second. */
  readonly bandwidth: number;
  /** 1e12 operations a second in float16. */
  readonly tflops: number;
  /** 1e12 operations a second in 8-bit integers. */
  readonly int8_tops: number;
  readonly weights: string;
  readonly activations: string;
  readonly kv: string;
  readonly batch: number;
  readonly prompt: number;
  readonly output: number;
}

const formatById = (role: string, id: unknown): FormatChoice => {
  const found = TEXT_FORMATS.find((format) => format.id === id);
  if (found !== undefined) return found;
  const known = TEXT_FORMATS.map((format) => format.id).join(", ");
  throw new RangeError(`rooflineComposition: ${role} must be one of ${known}, got ${id}`);
};

function machineOf({bandwidth, tflops, int8_tops}: RooflineSettings): Machine {
  return {
    id: "text",
    title: "machine of the text",
    source: "the text",
    verified: false,
    peakTops: {fp32: tflops / 2, fp16: tflops, int8: int8_tops},
    bandwidthGBs: bandwidth,
    // What a text asks for is priced whether it fits or not.
    memoryGB: null,
    memoryKind: "hbm",
    tdpWatts: null,
  };
}

/** Settings of a text that leaves some out. */
const DEFAULTS: RooflineSettings = {
  bandwidth: 1008,
  tflops: 165,
  int8_tops: 330,
  weights: "fp16",
  activations: "fp16",
  kv: "fp16",
  batch: 1,
  prompt: 1024,
  output: 256,
};

/**
 * The composition that a text describes: an object with the keys of a model's config.json and those of
 * {@link RooflineSettings}, whose defaults are an RTX 4090, float16 and one sequence.
 * @throws SyntaxError if the text is no JSON, FormatError for a model that cannot be, RangeError for a setting.
 */
export function rooflineComposition(text: string): Composition {
  const found = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const settings = {...DEFAULTS, ...found} as RooflineSettings;
  return {
    model: modelFromConfig({model_type: "llama", ...found}),
    machine: machineOf(settings),
    formats: {
      weights: formatById("weights", settings.weights),
      activations: formatById("activations", settings.activations),
      kv: formatById("kv", settings.kv),
    },
    workload: {batch: settings.batch, prompt: settings.prompt, output: settings.output},
  };
}

/**
 * Milliseconds a token and gigabytes of what a text describes, as `compose` has them; nulls where it refuses.
 * @throws as {@link rooflineComposition}
 */
export function rooflineTargets(text: string): readonly (number | null)[] {
  const {figures} = compose(rooflineComposition(text));
  return figures === null ? [null, null] : [figures.timePerToken * 1e3, figures.memory / 1e9];
}

/** Sizes of a decoder by the keys of a config.json, heads of one of the usual widths. */
function drawModel(stream: RandomStream): Readonly<Record<string, unknown>> {
  const headDim = oneOf(stream, [64, 128]);
  const heads = oneOf(stream, [8, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64]);
  const shared = oneOf(
    stream,
    [1, 2, 4, 8].filter((group) => heads % group === 0),
  );
  const hidden = headDim * heads;
  return {
    hidden_size: hidden,
    num_hidden_layers: logInteger(stream, 8, 80),
    num_attention_heads: heads,
    num_key_value_heads: heads / shared,
    intermediate_size: 256 * Math.round((hidden * (2.5 + 1.5 * stream.uniform())) / 256),
    vocab_size: oneOf(stream, [32_000, 50_304, 65_536, 100_352, 128_256, 151_936]),
    tie_word_embeddings: stream.integer(3) === 0,
  };
}

/** Rates of a real machine, or of one that could be. */
function drawMachine(stream: RandomStream): Pick<RooflineSettings, "bandwidth" | "tflops" | "int8_tops"> {
  const {bandwidthGBs, peakTops} = oneOf(stream, [...MACHINES.values()]);
  const real = peakTops.fp16 !== undefined && peakTops.int8 !== undefined && stream.integer(2) === 0;
  if (real) return {bandwidth: bandwidthGBs, tflops: peakTops.fp16, int8_tops: peakTops.int8};
  const bandwidth = logInteger(stream, 30, 8000);
  const tflops = Math.max(1, Math.round(bandwidth * logInteger(stream, 50, 400) * 1e-3));
  return {bandwidth, tflops, int8_tops: tflops * oneOf(stream, [1, 2, 4])};
}

function drawText(stream: RandomStream): LabelledText {
  const model = drawModel(stream);
  const settings: RooflineSettings = {
    ...drawMachine(stream),
    weights: oneOf(stream, TEXT_FORMATS).id,
    activations: oneOf(stream, ["fp16", "fp16", "int8"]),
    kv: oneOf(stream, ["fp16", "int8", "int4"]),
    batch: 2 ** stream.integer(8),
    prompt: logInteger(stream, 64, 16_384),
    output: logInteger(stream, 16, 2048),
  };
  const text = JSON.stringify({...model, ...settings});
  return {text, targets: rooflineTargets(text), structure: JSON.stringify(model)};
}

/** Texts of a config.json with machine, formats and work, and their cost as Compose has it. */
export const rooflineTask: CostTask = {
  id: "roofline",
  title: "model, machine and formats",
  targets: [
    {name: "time_per_token", title: "time a token", unit: "ms"},
    {name: "memory", title: "memory", unit: "GB"},
  ],
  draw: drawText,
};
