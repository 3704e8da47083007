/** The quantization methods on a whole decoder: first a transform that changes no output, then the rounding. */

import type {Backend} from "../engine/backend.js";
import {forward} from "../engine/decoder/decoder.js";
import {
  type DecoderWeights,
  decoderOf,
  EMBEDDING_NAME,
  HEAD_NAME,
  type InputGroup,
  inputGroups,
  NORM_NAME,
} from "../engine/decoder/decoder-weights.js";
import {divideRows} from "../engine/equivalent/channel-scale.js";
import {rotateResidualStream} from "../engine/equivalent/rotation.js";
import {smoothQuant} from "../engine/equivalent/smoothquant.js";
import {type Format, packedBytes} from "../formats/format.js";
import type {Tensor} from "../tensor/tensor.js";
import {awq} from "./awq.js";
import {type Calibration, inputCollector} from "./calibration.js";
import {gptq} from "./gptq.js";
import {type QuantizedWeight, roundToNearest} from "./rtn.js";

/** What happens before rounding, and how is rounded. `hadamard` rotates the residual stream. */
const METHODS = {
  rtn: {transform: "none", rounding: "rtn"},
  smoothquant: {transform: "smoothquant", rounding: "rtn"},
  awq: {transform: "none", rounding: "awq"},
  gptq: {transform: "none", rounding: "gptq"},
  hadamard: {transform: "hadamard", rounding: "rtn"},
  "hadamard-gptq": {transform: "hadamard", rounding: "gptq"},
} as const;

/** The name of a method. */
export type Method = keyof typeof METHODS;

/** All methods by name. */
export const METHOD_NAMES = Object.keys(METHODS) as readonly Method[];

/** How a decoder is quantized. */
export interface QuantizeOptions {
  /** Format of the seven projections of a layer; null leaves them as they are (transformed, where the method says so). */
  readonly format: Format | null;
  readonly method?: Method;
  /** Token ids to calibrate on: needed by smoothquant, awq and gptq. */
  readonly calibration?: readonly (readonly number[])[];
  /** Layers to quantize; default all. */
  readonly layers?: ReadonlySet<number>;
  /** Makes what runs the calibration passes, anew for each: a backend may hold the weights of its model. */
  readonly backend?: () => Backend | Promise<Backend>;
  readonly signal?: AbortSignal;
}

/** A decoder after quantization; embedding, norms and head keep float32. */
export interface QuantizedDecoder {
  readonly weights: DecoderWeights;
  /** Elements of the quantized projections, and the bytes they pack into. */
  readonly elements: number;
  readonly bytes: number;
}

/**
 * Quantizes the projections of a decoder. Statistics are those of the float model (after the transform) on the
 * calibration texts, for all layers at once: what earlier layers lose by rounding is not seen by later ones.
 * @throws RangeError if the method is unknown, needs calibration texts and has none, or cannot transform the shapes.
 */
export async function quantizeDecoder(
  weights: DecoderWeights,
  options: QuantizeOptions,
): Promise<QuantizedDecoder> {
  const {method = "rtn", format, layers} = options;
  if (!Object.hasOwn(METHODS, method)) {
    throw new RangeError(`quantizeDecoder: method must be one of ${METHOD_NAMES.join(", ")}, got ${method}`);
  }
  checkLayers(layers, weights.config.layers);
  const {transform, rounding} = METHODS[method];
  let transformed = weights;
  if (transform === "hadamard") transformed = rotated(weights);
  if (transform === "smoothquant") transformed = smoothed(weights, await statistics(weights, options));
  if (format === null) return {weights: transformed, elements: 0, bytes: 0};
  const seen = rounding === "rtn" ? null : await statistics(transformed, options);
  const tensors = new Map(transformed.tensors);
  const groups = inputGroups(transformed).filter(({layer}) => layers === undefined || layers.has(layer));
  let elements = 0;
  let bytes = 0;
  for (const group of makersLast(groups)) {
    options.signal?.throwIfAborted();
    const rounded = roundGroup(tensors, group, format, rounding, seen?.get(key(group)));
    rounded.forEach(({packed, weight}, i) => {
      tensors.set(group.readers[i], weight);
      elements += weight.data.length;
      bytes += packedBytes(packed);
    });
  }
  return {weights: {config: transformed.config, tensors}, elements, bytes};
}

function checkLayers(layers: ReadonlySet<number> | undefined, count: number): void {
  for (const layer of layers ?? []) {
    if (Number.isInteger(layer) && layer >= 0 && layer < count) continue;
    throw new RangeError(`quantizeDecoder: layers must be integers of 0 .. ${count - 1}, got ${layer}`);
  }
}

/**
 * Statistics of the input of every group, by {@link InputGroup}'s layer and site, over some texts.
 * @throws RangeError if there are no texts.
 */
async function statistics(
  weights: DecoderWeights,
  {calibration = [], backend, method, signal}: QuantizeOptions,
): Promise<Map<string, Calibration>> {
  if (calibration.length === 0) {
    throw new RangeError(`quantizeDecoder: method ${method} needs calibration texts, got none`);
  }
  const model = await decoderOf(weights, backend ? {backend: await backend()} : {});
  const collectors = new Map(
    inputGroups(weights).map((group) => {
      const [, inputs] = weights.tensors.get(group.readers[0])!.shape;
      return [key(group), inputCollector(inputs!)];
    }),
  );
  for (const ids of calibration) {
    signal?.throwIfAborted();
    forward(model, ids, {
      rows: "last",
      hooks: {
        tensor(site, layer, x, rows) {
          collectors.get(key({site, layer}))?.add({shape: [rows, x.length / rows], data: x});
          return undefined;
        },
      },
    });
  }
  return new Map([...collectors].map(([name, collector]) => [name, collector.calibration()]));
}

const key = ({layer, site}: {layer: number; site: string}): string => `${layer} ${site}`;

/** Scales move into the weights that make an input: these are rounded after those that read it. */
function makersLast(groups: readonly InputGroup[]): InputGroup[] {
  const order = ["attention.output", "attention.input", "mlp.hidden", "mlp.input"];
  return [...groups].sort((a, b) => a.layer - b.layer || order.indexOf(a.site) - order.indexOf(b.site));
}

/** Rounds a group's readers; AWQ also changes its makers in `tensors`. */
function roundGroup(
  tensors: Map<string, Tensor>,
  {readers, makers}: InputGroup,
  format: Format,
  rounding: "rtn" | "awq" | "gptq",
  calibration: Calibration | undefined,
): readonly QuantizedWeight[] {
  const ws = readers.map((name) => tensors.get(name)!);
  if (rounding === "rtn" || calibration === undefined) return ws.map((w) => roundToNearest(w, format));
  if (rounding === "gptq") return ws.map((w) => gptq(w, calibration, format));
  // Without a maker there is nowhere to put a scale, and clipping is left.
  const grid = makers.length === 0 ? {grid: 1} : {};
  const clip = readers.map((name) => !/\.[qk]_proj\.weight$/.test(name));
  const {scales, weights} = awq(ws, calibration, format, {...grid, clip});
  if (makers.length > 0) for (const name of makers) tensors.set(name, divideRows(tensors.get(name)!, scales));
  return weights;
}

/** SmoothQuant on the two norms of every layer, alpha 0.5. */
function smoothed(weights: DecoderWeights, seen: ReadonlyMap<string, Calibration>): DecoderWeights {
  const tensors = new Map(weights.tensors);
  for (const group of inputGroups(weights).filter(({site}) => site.endsWith(".input"))) {
    const [norm] = group.makers;
    const readers = group.readers.map((name) => tensors.get(name)!);
    const {gain, weights: scaled} = smoothQuant(
      {gain: tensors.get(norm!)!, weights: readers},
      seen.get(key(group))!.maxAbs,
    );
    tensors.set(norm!, gain);
    group.readers.forEach((name, i) => {
      tensors.set(name, scaled[i]);
    });
  }
  return {config: weights.config, tensors};
}

/** The residual stream rotated; a tied head becomes a matrix of its own, since the embedding is rotated another way. */
function rotated({config, tensors}: DecoderWeights): DecoderWeights {
  const at = (name: string) => tensors.get(name)!;
  const groups = inputGroups({config, tensors});
  const readers = groups.filter(({site}) => site.endsWith(".input"));
  const writers = groups.filter(({site}) => !site.endsWith(".input")).flatMap((group) => group.readers);
  const stream = rotateResidualStream({
    embedding: at(EMBEDDING_NAME),
    readers: [
      ...readers.map((group) => ({gain: at(group.makers[0]), weights: group.readers.map(at)})),
      {gain: at(NORM_NAME), weights: [at(config.tied ? EMBEDDING_NAME : HEAD_NAME)]},
    ],
    writers: writers.map((name) => {
      const bias = tensors.get(biasOf(name));
      return {weight: at(name), ...(bias && {bias})};
    }),
  });
  const changed = new Map(tensors).set(EMBEDDING_NAME, stream.embedding);
  [...readers, {makers: [NORM_NAME], readers: [HEAD_NAME]}].forEach((group, i) => {
    changed.set(group.makers[0], stream.readers[i].gain);
    group.readers.forEach((name, j) => {
      changed.set(name, stream.readers[i].weights[j]);
    });
  });
  writers.forEach((name, i) => {
    const {weight, bias} = stream.writers[i];
    changed.set(name, weight);
    if (bias) changed.set(biasOf(name), bias);
  });
  return {config: {...config, tied: false}, tensors: changed};
}

const biasOf = (weight: string): string => weight.replace(/weight$/, "bias");
