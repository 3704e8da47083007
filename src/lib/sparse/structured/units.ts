/** Units of a decoder that can be taken out whole: groups of heads, and channels of the networks. */

import type {DecoderConfig, DecoderLayerPlan} from "../../engine/decoder/config.js";

/** Parts of a layer that lose units. */
export const UNIT_PARTS = ["attention", "network"] as const;

/** A part of a layer that loses units. */
export type UnitPart = (typeof UNIT_PARTS)[number];

/** Numbers for every unit of every layer: scores, or the indices of those that stay. */
export type ByUnit = readonly Readonly<Record<UnitPart, readonly number[]>>[];

/** A part's units in a layer. */
export interface LayerUnits {
  /** Units there are. */
  readonly count: number;
  /** Input channels of the reader that a unit makes, side by side. */
  readonly width: number;
  /** Weights that go with a unit. */
  readonly weights: number;
  /** The projection that reads the units, and those that make them with the rows that each makes for a unit. */
  readonly reader: string;
  readonly makers: readonly {readonly name: string; readonly rows: number}[];
}

/**
 * The units of a layer. A unit of attention is a head; where heads share keys and values, all heads of a pair: so keys are
 * removed with the queries that read them. A unit of a network is a channel between its matrices.
 * @throws RangeError if the layer has experts, or norms of its queries that are not those of each head.
 */
export function unitsOf(
  {hiddenSize}: Pick<DecoderConfig, "hiddenSize">,
  {mixer, channels}: DecoderLayerPlan,
): Readonly<Record<UnitPart, LayerUnits>> {
  if (channels.kind !== "dense") {
    throw new RangeError(`unitsOf: the network must be dense, got ${channels.kind}`);
  }
  if (mixer.qkNorm !== null && mixer.qkNorm.over !== "head") {
    throw new RangeError(`unitsOf: norms of queries must be over a head, got over ${mixer.qkNorm.over}`);
  }
  const queries = (mixer.heads / mixer.kvHeads) * mixer.headDim;
  const into = channels.gated ? ["gate_proj", "up_proj"] : ["up_proj"];
  return {
    attention: {
      count: mixer.kvHeads,
      width: queries,
      weights: 2 * hiddenSize * (queries + mixer.headDim),
      reader: "self_attn.o_proj",
      makers: [
        {name: "self_attn.q_proj", rows: queries},
        {name: "self_attn.k_proj", rows: mixer.headDim},
        {name: "self_attn.v_proj", rows: mixer.headDim},
      ],
    },
    network: {
      count: channels.width,
      width: 1,
      weights: (into.length + 1) * hiddenSize,
      reader: "mlp.down_proj",
      makers: into.map((name) => ({name: `mlp.${name}`, rows: 1})),
    },
  };
}
