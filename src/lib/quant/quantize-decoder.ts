/** The quantization methods on a whole decoder: first a transform that changes no output, then the rounding. */

import type {Backend} from "../engine/backend.js";
import {type InputStatistics, inputStatistics} from "../engine/calibration/input-statistics.js";
import {type DecoderWeights, type InputGroup, inputGroups} from "../engine/decoder/decoder-weights.js";
import {type Format, type Packed, packedBytes} from "../formats/format.js";
import type {Tensor} from "../tensor/tensor.js";
import type {QuantizationMethod, RoundedGroup} from "./method.js";
import {type MethodId, quantizationMethods} from "./registry.js";

/** Quantization of a decoder. */
export interface QuantizeOptions {
  /** Format of the seven projections of a layer; null leaves them as they are (transformed, where the method has a transform). */
  readonly format: Format | null;
  /** One of the registry, by its id; default round to nearest. */
  readonly method?: MethodId;
  /** Parameters of the method that are not at their defaults. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Token ids to calibrate on, for methods that need them. */
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
  /** The quantized projections as they are stored, by name. */
  readonly packed: ReadonlyMap<string, Packed>;
  /** Elements of the quantized projections, and the bytes they pack into. */
  readonly elements: number;
  readonly bytes: number;
}

/**
 * Quantizes the projections of a decoder. Statistics are those of the float model (after the transform) on the
 * calibration texts, for all layers at once: what earlier layers lose by rounding is not seen by later ones.
 * @throws RangeError if the method is unknown, refuses the format or a parameter, needs calibration texts and has none,
 * or cannot transform the shapes.
 */
export async function quantizeDecoder(
  weights: DecoderWeights,
  options: QuantizeOptions,
): Promise<QuantizedDecoder> {
  const {method: id = "rtn", params = {}, format, layers, signal} = options;
  const method = quantizationMethods.byId(id);
  const {transform, round} = method.steps(params);
  checkLayers(layers, weights.config.layers);
  checkFormat(method, format);
  const transformed = (await transform?.(weights, statisticsOf(method, weights, options))) ?? weights;
  if (format === null) return {weights: transformed, packed: new Map(), elements: 0, bytes: 0};
  const statistics = statisticsOf(method, transformed, options);
  const tensors = new Map(transformed.tensors);
  const stored = new Map<string, Packed>();
  let [elements, bytes] = [0, 0];
  for (const group of makersLast(inputGroups(transformed))) {
    if (layers !== undefined && !layers.has(group.layer)) continue;
    signal?.throwIfAborted();
    const calibration = async () => (await statistics())(group);
    const rounded = await round(sharedInput(tensors, group), format, calibration);
    store(tensors, group, rounded);
    for (const [i, {packed, weight}] of rounded.weights.entries()) {
      stored.set(group.readers[i], packed);
      elements += weight.data.length;
      bytes += packedBytes(packed);
    }
  }
  return {weights: {config: transformed.config, tensors}, packed: stored, elements, bytes};
}

function checkLayers(layers: ReadonlySet<number> | undefined, count: number): void {
  for (const layer of layers ?? []) {
    if (Number.isInteger(layer) && layer >= 0 && layer < count) continue;
    throw new RangeError(`quantizeDecoder: layers must be integers of 0 .. ${count - 1}, got ${layer}`);
  }
}

function checkFormat({id, refuses}: QuantizationMethod, format: Format | null): void {
  const reason = format && refuses(format);
  if (reason !== null) {
    throw new RangeError(`quantizeDecoder: format must suit method ${id}, got ${format?.id}. ${reason}`);
  }
}

/** Gathers statistics when they are first asked for, and once. */
function statisticsOf(
  {id}: QuantizationMethod,
  weights: DecoderWeights,
  {calibration: texts = [], backend, signal}: QuantizeOptions,
): () => Promise<InputStatistics> {
  let found: Promise<InputStatistics> | undefined;
  return async () => {
    if (texts.length === 0) {
      throw new RangeError(`quantizeDecoder: method ${id} needs calibration texts, got none`);
    }
    found ??= inputStatistics(weights, {texts, ...(backend && {backend}), ...(signal && {signal})});
    return found;
  };
}

/** Scales move into the weights that make an input: these are rounded after those that read it. */
function makersLast(groups: readonly InputGroup[]): InputGroup[] {
  const order = ["attention.output", "attention.input", "mlp.hidden", "mlp.shared.hidden", "mlp.input"];
  return [...groups].sort((a, b) => a.layer - b.layer || order.indexOf(a.site) - order.indexOf(b.site));
}

const sharedInput = (tensors: ReadonlyMap<string, Tensor>, {readers, makers}: InputGroup) => ({
  readers,
  weights: readers.map((name) => tensors.get(name)!),
  makers: makers.map((name) => tensors.get(name)!),
});

function store(tensors: Map<string, Tensor>, group: InputGroup, {weights, makers}: RoundedGroup): void {
  weights.forEach(({weight}, i) => {
    tensors.set(group.readers[i], weight);
  });
  makers?.forEach((maker, i) => {
    tensors.set(group.makers[i], maker);
  });
}
