/** A state-space model made ready to be rounded: its weights moved as a method moves them, its quantizers calibrated. */

import type {Backend} from "../../engine/backend.js";
import {forwardMamba} from "../../engine/mamba/mamba.js";
import type {MambaConfig} from "../../engine/mamba/mamba-config.js";
import type {MambaHooks, MambaSite} from "../../engine/mamba/mamba-hooks.js";
import {convParts, type MambaWeights, mambaOf, projectionParts} from "../../engine/mamba/mamba-weights.js";
import type {Tensor} from "../../tensor/tensor.js";
import {type ScanQuantizerId, scanQuantizers} from "../registry.js";
import type {
  Draft,
  LayerQuantizers,
  QuantizedSite,
  ReadTexts,
  ScanQuantizer,
  Step,
} from "../scan-quantizer.js";
import {type Int8Quantizer, partsQuantizer} from "./int8-quantizers.js";

/** Quantization of activations. */
export interface CalibrateMambaOptions {
  /** One of the registry of scan quantizers, by its id. */
  readonly method: ScanQuantizerId;
  /** Parameters of the method that are not at their defaults. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Token ids of the calibration texts. */
  readonly calibration?: readonly (readonly number[])[];
  /** True to round embedding and head as the mixers are; by default as the method has it. */
  readonly roundsEnds?: boolean;
  /** Makes the arithmetic of a model, anew for each: it may hold the weights. */
  readonly backend?: () => Backend | Promise<Backend>;
}

/** A model before rounding, and everything that rounds its activations. */
export interface CalibratedMamba {
  /** Computes what the model computed once `mixer.output` goes through {@link CalibratedMamba.inSpace}. */
  readonly weights: MambaWeights;
  readonly roundsEnds: boolean;
  /** Of a site of a layer (-1: outside the layers); undefined where nothing is rounded. */
  quantizer(layer: number, site: QuantizedSite): Int8Quantizer | undefined;
  /** A tensor of a site as it is rounded, in the space that the method rounds it in. */
  inSpace(site: MambaSite, x: Tensor): Tensor;
  /** Bytes of all scales that calibration fixed. */
  fixedBytes(): number;
}

/**
 * Moves what a method moves in the weights and lets its quantizers see the calibration texts.
 * @throws RangeError if the method is unknown or not for this model, needs texts and has none, cannot transform the
 * shapes, or an option is out of range.
 */
export async function calibrateMamba(
  weights: MambaWeights,
  options: CalibrateMambaOptions,
): Promise<CalibratedMamba> {
  const {method, roundsEnds, readTexts} = setup(weights, options);
  const {scales = [], weights: moves = []} = method.steps(weights.config, options.params ?? {});
  const quantizers = plainQuantizers(weights.config, method, roundsEnds);
  const draft = await taken([...scales, ...moves], {weights, quantizers, inSpace: (_, x) => x}, readTexts);
  const calibrated = calibratedMamba(draft, roundsEnds);
  if (method.needs.includes("calibration")) await readTexts(draft.weights, observing(calibrated));
  return calibrated;
}

/**
 * The weights moved as a method moves them where no activation is to be rounded: only what looks at activations for the
 * sake of the weights then needs texts.
 * @throws RangeError as {@link calibrateMamba}.
 */
export async function transformMamba(
  weights: MambaWeights,
  options: CalibrateMambaOptions,
): Promise<CalibratedMamba> {
  const {method, roundsEnds, readTexts} = setup(weights, options);
  const {weights: moves = []} = method.steps(weights.config, options.params ?? {});
  const plain: Draft = {weights, quantizers: new Map(), inSpace: (_, x) => x};
  return calibratedMamba(await taken(moves, plain, readTexts), roundsEnds);
}

function setup({config}: MambaWeights, options: CalibrateMambaOptions) {
  const method = scanQuantizers.byId(options.method);
  const reason = method.refuses(config);
  if (reason !== null) {
    throw new RangeError(
      `quantizeMamba: method must suit ${config.architecture}, got ${options.method}. ${reason}`,
    );
  }
  const {roundsEnds = method.roundsEnds} = options;
  return {method, roundsEnds, readTexts: textReader(options, roundsEnds)};
}

/** The token rows of the head's input are looked at only where it is rounded. */
function textReader(
  {method, calibration = [], backend}: CalibrateMambaOptions,
  roundsEnds: boolean,
): ReadTexts {
  return async (weights, hooks) => {
    if (calibration.length === 0) {
      throw new RangeError(`quantizeMamba: method ${method} needs calibration texts, got none`);
    }
    const model = await mambaOf(weights, backend ? {backend: await backend()} : {});
    for (const ids of calibration) forwardMamba(model, ids, {hooks, rows: roundsEnds ? "all" : "last"});
  };
}

async function taken(steps: readonly Step[], start: Draft, readTexts: ReadTexts): Promise<Draft> {
  let draft = start;
  for (const step of steps) draft = await step(draft, readTexts);
  return draft;
}

function calibratedMamba({weights, quantizers, inSpace}: Draft, roundsEnds: boolean): CalibratedMamba {
  return {
    weights,
    roundsEnds,
    quantizer: (layer, site) => quantizers.get(layer)?.[site],
    inSpace,
    fixedBytes: () => {
      // The memory of the convolution shares the scales of its input.
      const each = [...quantizers.values()].flatMap(({conv: _, ...own}) => Object.values(own));
      return each.reduce((sum, quantizer) => sum + quantizer.fixedBytes(), 0);
    },
  };
}

/** A quantizer of the method's plain kind for every tensor between the kernels and the two memories. */
function plainQuantizers(
  config: MambaConfig,
  {plainQuantizer: make}: ScanQuantizer,
  roundsEnds: boolean,
): ReadonlyMap<number, LayerQuantizers> {
  const all = new Map<number, LayerQuantizers>();
  if (roundsEnds) all.set(-1, {final: make()});
  for (let layer = 0; layer < config.layers; layer++) {
    const parts = projectionParts(config).map(() => make());
    all.set(layer, {
      "mixer.input": make(),
      projected: partsQuantizer(projectionParts(config), parts),
      x: make(),
      "mixer.output": make(),
      state: make(),
      ...(config.architecture === "MambaForCausalLM"
        ? {conv: parts[0], "x.projected": make(), dt: make()}
        : {conv: partsQuantizer(convParts(config), parts.slice(1, 4)), B: make(), C: make()}),
    });
  }
  return all;
}

/** Shows every tensor to its quantizer and changes none, but for the rotation that the weights expect. */
function observing({quantizer, inSpace}: CalibratedMamba): MambaHooks {
  return {
    tensor(site, layer, x, rows) {
      const tensor = inSpace(site, {shape: [rows, x.length / rows], data: x});
      quantizer(layer, site)?.observe(tensor);
      return tensor.data;
    },
    state(layer, state) {
      quantizer(layer, "state")?.observe({shape: [1, state.length], data: new Float32Array(state)});
      return undefined;
    },
  };
}
