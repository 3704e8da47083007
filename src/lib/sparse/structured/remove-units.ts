/** Removal of units from a decoder: matrices, heads and channels get fewer, and the model smaller. */

import type {InputStatistics} from "../../engine/calibration/input-statistics.js";
import type {DecoderConfig, DecoderLayerPlan} from "../../engine/decoder/config.js";
import type {DecoderWeights} from "../../engine/decoder/decoder-weights.js";
import {largest} from "../../stats/extent.js";
import {matrixSize, type Tensor, tensor} from "../../tensor/tensor.js";
import {type ByUnit, type LayerUnits, UNIT_PARTS, type UnitPart, unitsOf} from "./units.js";

/** Sites at which the units' values are seen. */
const SITES = {attention: "attention.output", network: "mlp.hidden"} as const;

/**
 * Takes out all units but those that stay. With statistics what they gave on average is added to the reader's bias, so that
 * its mean output stays; without, it is missing. (FLAP, arXiv:2312.11983; lib/prune.py:compress)
 * @param kept indices of the units that stay, ascending, for every layer
 * @throws RangeError as {@link unitsOf}, or if a part keeps no unit or one that is not there.
 */
export function removeUnits(
  {config, tensors}: DecoderWeights,
  kept: ByUnit,
  statistics?: InputStatistics,
): DecoderWeights {
  const smaller = new Map(tensors);
  config.plans.forEach((plan, layer) => {
    const units = unitsOf(config, plan);
    for (const part of UNIT_PARTS) {
      const stays = kept[layer][part];
      checkKept(units[part], stays, `${part} of layer ${layer}`);
      if (stays.length === units[part].count) continue;
      const mean = statistics?.({layer, site: SITES[part]}).mean;
      cutPart(smaller, `model.layers.${layer}.`, units[part], stays, mean);
    }
  });
  return {config: withPlans(config, kept, smaller), tensors: smaller};
}

function checkKept({count}: LayerUnits, kept: readonly number[], what: string): void {
  const wrong = kept.find(
    (unit, i) => !Number.isInteger(unit) || unit >= count || unit <= (kept[i - 1] ?? -1),
  );
  if (kept.length > 0 && wrong === undefined) return;
  throw new RangeError(
    `removeUnits: kept units must be ascending indices below ${count}, at least one, got ${wrong ?? "none"} in ${what}`,
  );
}

function cutPart(
  tensors: Map<string, Tensor>,
  prefix: string,
  {reader, makers, width, count}: LayerUnits,
  kept: readonly number[],
  mean: Float64Array | undefined,
): void {
  const name = `${prefix}${reader}`;
  const weight = tensors.get(`${name}.weight`)!;
  if (mean !== undefined) {
    const goes = new Set(Array.from({length: count}, (_, unit) => unit));
    for (const unit of kept) goes.delete(unit);
    const given = meanOutput(weight, mean, expanded([...goes], width));
    const bias = tensors.get(`${name}.bias`)?.data;
    tensors.set(`${name}.bias`, tensor(given.map((value, i) => value + (bias?.[i] ?? 0))));
  }
  tensors.set(`${name}.weight`, columnsOf(weight, expanded(kept, width)));
  for (const maker of makers) {
    const rows = expanded(kept, maker.rows);
    tensors.set(`${prefix}${maker.name}.weight`, rowsOf(tensors.get(`${prefix}${maker.name}.weight`)!, rows));
    const bias = tensors.get(`${prefix}${maker.name}.bias`);
    if (bias)
      tensors.set(`${prefix}${maker.name}.bias`, tensor(Float32Array.from(rows, (row) => bias.data[row])));
  }
}

/** Indices of the channels of units of some width. */
const expanded = (units: readonly number[], width: number): number[] =>
  units.flatMap((unit) => Array.from({length: width}, (_, i) => unit * width + i));

/** Sum of W_:j mu_j over some channels: what they add to the output on average, [out]. */
function meanOutput(weight: Tensor, mean: Float64Array, channels: readonly number[]): Float64Array {
  const {rows, columns} = matrixSize(weight);
  return Float64Array.from({length: rows}, (_, row) =>
    channels.reduce((sum, j) => sum + weight.data[row * columns + j] * mean[j], 0),
  );
}

function columnsOf(weight: Tensor, kept: readonly number[]): Tensor {
  const {rows, columns} = matrixSize(weight);
  const data = new Float32Array(rows * kept.length);
  for (let row = 0; row < rows; row++)
    for (const [i, column] of kept.entries())
      data[row * kept.length + i] = weight.data[row * columns + column];
  return {shape: [rows, kept.length], data};
}

function rowsOf(weight: Tensor, kept: readonly number[]): Tensor {
  const {columns} = matrixSize(weight);
  const data = new Float32Array(kept.length * columns);
  kept.forEach((row, i) => {
    data.set(weight.data.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  return {shape: [kept.length, columns], data};
}

/** The config with each layer's own numbers of heads and channels. */
function withPlans(config: DecoderConfig, kept: ByUnit, tensors: ReadonlyMap<string, Tensor>): DecoderConfig {
  const plans = config.plans.map(({mixer, channels, ...rest}, layer): DecoderLayerPlan => {
    const groups = kept[layer].attention.length;
    const hasBias = (part: UnitPart) =>
      tensors.has(
        `model.layers.${layer}.${part === "attention" ? "self_attn.o_proj" : "mlp.down_proj"}.bias`,
      );
    return {
      ...rest,
      mixer: {
        ...mixer,
        heads: (groups * mixer.heads) / mixer.kvHeads,
        kvHeads: groups,
        biases: {...mixer.biases, o: hasBias("attention")},
      },
      channels: {
        ...channels,
        width: kept[layer].network.length,
        biases: {...channels.biases, down: hasBias("network")},
      },
    };
  });
  const most = (of: (plan: DecoderLayerPlan) => number) => largest(plans.map(of));
  return {
    ...config,
    heads: most(({mixer}) => mixer.heads),
    kvHeads: most(({mixer}) => mixer.kvHeads),
    intermediateSize: plans[0].channels.width,
    plans,
  };
}
