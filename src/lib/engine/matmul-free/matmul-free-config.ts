import type {ModelRecord} from "../../architectures/model-record.js";
import {FormatError} from "../../io/format-error.js";

/** The shape and the rules of a language model whose matrices are ternary and whose tokens are mixed by a gated recurrence. (arXiv:2406.02528) */
export interface MatMulFreeConfig {
  readonly architecture: string;
  readonly hiddenSize: number;
  /** Channels of the recurrence, each with one number of state. */
  readonly innerSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly vocabSize: number;
  readonly maxPositions: number;
  readonly normEps: number;
  /** False: matrices and their inputs are used as they are. */
  readonly ternary: boolean;
  /** The forget gates of later layers have learned lower bounds. */
  readonly bounded: boolean;
  /** The output head is the embedding matrix. */
  readonly tied: boolean;
}

/** True if the layers of a model mix tokens by HGRN's recurrence. */
export const isMatMulFree = ({layers}: Pick<ModelRecord, "layers">): boolean =>
  layers.every(({mixer}) => mixer.kind === "hgrn");

/**
 * The rules of such a model from the record of its model.
 * @throws FormatError with kind `unsupported` if its layers differ, or have parts that the engine does not run.
 */
export function matMulFreeConfigOf(record: ModelRecord): MatMulFreeConfig {
  const [{mixer, channels, norm}] = record.layers;
  if (mixer.kind !== "hgrn") throw unsupported(mixer.kind, "hgrn");
  if (channels?.kind !== "dense" || channels.activation !== "silu" || channels.biases.up)
    throw unsupported("another network", "a gated network with silu and without biases");
  if (record.bitLinear === null) throw unsupported("plain matrices", "matrices with a norm of their own");
  return {
    architecture: record.architecture ?? record.family,
    hiddenSize: record.hidden,
    innerSize: mixer.width,
    intermediateSize: channels.width,
    layers: record.layers.length,
    vocabSize: record.vocabulary.rows,
    maxPositions: record.maxPositions ?? Number.POSITIVE_INFINITY,
    normEps: norm.eps,
    ternary: record.bitLinear.ternary,
    bounded: mixer.bounded,
    tied: record.tied,
  };
}

function unsupported(value: string, allowed: string): FormatError {
  return new FormatError("matMulFreeConfig", {
    kind: "unsupported",
    offset: null,
    field: "config.json: layers",
    value,
    allowed,
  });
}
