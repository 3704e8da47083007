import type {ModelRecord} from "../../architectures/model-record.js";
import {FormatError} from "../../io/format-error.js";
import {type ChunkEnds, cyclicEnds, uniformEnds} from "./chunk-ends.js";

/** The shape and the rules of a language model whose attention reads states of chunks. (Attamba, arXiv:2411.17685) */
export interface AttambaConfig {
  readonly architecture: string;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  /** Of queries, keys and values alike. */
  readonly heads: number;
  readonly headDim: number;
  readonly vocabSize: number;
  readonly maxPositions: number;
  readonly normEps: number;
  readonly ropeTheta: number;
  /** The output head is the embedding matrix. */
  readonly tied: boolean;
  /** Tokens of a chunk; written P. */
  readonly tokenChunk: number;
  /** Last tokens that a query sees one by one, itself not counted. */
  readonly leading: number;
  readonly chunks: "cyclic" | "uniform";
  readonly scan: ScanSizes;
}

/** Sizes of each of the two state-space models of a layer, which are Mamba2's with one group. */
export interface ScanSizes {
  readonly inner: number;
  readonly heads: number;
  /** Numbers of state for each inner channel. */
  readonly state: number;
  readonly convWidth: number;
}

/** True if the layers of a model attend over states of chunks. */
export const isAttamba = ({layers}: Pick<ModelRecord, "layers">): boolean =>
  layers.every(({mixer}) => mixer.kind === "chunk-states");

/**
 * The rules of such a model from the record of its model.
 * @throws FormatError with kind `unsupported` if its layers differ, or have parts that the engine does not run.
 */
export function attambaConfigOf(record: ModelRecord): AttambaConfig {
  const [{mixer, channels, norm}] = record.layers;
  if (mixer.kind !== "chunk-states") throw unsupported("layers", mixer.kind, "chunk-states");
  if (channels?.kind !== "dense" || channels.activation !== "silu" || channels.biases.up)
    throw unsupported("layers", "another network", "a gated network with silu and without biases");
  if (mixer.rope.scaling !== null) throw unsupported("rope_scaling", mixer.rope.scaling.kind, "none");
  return {
    architecture: record.architecture ?? record.family,
    hiddenSize: record.hidden,
    intermediateSize: channels.width,
    layers: record.layers.length,
    heads: mixer.heads,
    headDim: mixer.headDim,
    vocabSize: record.vocabulary.rows,
    maxPositions: record.maxPositions ?? Number.POSITIVE_INFINITY,
    normEps: norm.eps,
    ropeTheta: mixer.rope.theta,
    tied: record.tied,
    tokenChunk: mixer.tokenChunk,
    leading: mixer.leading,
    chunks: mixer.chunks,
    scan: mixer.scan,
  };
}

/** Ends of chunks as the model was trained with them. */
export function ownEnds(config: AttambaConfig): ChunkEnds {
  return config.chunks === "cyclic" ? cyclicEnds(config) : uniformEnds(config);
}

/** Channels that pass a convolution: x, B and C. */
export const scanChannels = ({inner, state}: ScanSizes): number => inner + 2 * state;

function unsupported(field: string, value: string, allowed: string): FormatError {
  return new FormatError("attambaConfig", {
    kind: "unsupported",
    offset: null,
    field: `config.json: ${field}`,
    value,
    allowed,
  });
}
