import {noOperations, type OperationCounts} from "../operation-counts.js";

/** Sizes of a causal head that reads a text. */
export interface HeadSizes {
  readonly tokens: number;
  /** Channels of queries, keys and values. */
  readonly width: number;
}

/** Arithmetic of softmax attention for a text: a product and a mix for each pair of a query and a key before it. */
export function softmaxOperations({tokens, width}: HeadSizes): OperationCounts {
  const pairs = (tokens * (tokens + 1)) / 2;
  return {
    multiplications: pairs * (2 * width + 1),
    additions: pairs * (2 * width + 1),
    divisions: pairs,
    exponentials: pairs,
  };
}

/** Arithmetic of attention over codes of so many bits, once the codes are there. */
export function codedOperations({tokens, width, bits}: HeadSizes & {readonly bits: number}): OperationCounts {
  return {
    ...noOperations(),
    additions: tokens * (2 * bits * (1 + width) + width),
    multiplications: tokens * (1 + width),
    divisions: tokens * width,
  };
}

/** Arithmetic of the codes of a text's queries and keys. */
export function hashOperations({
  tokens,
  width,
  bits,
  anchors,
}: HeadSizes & {readonly bits: number; readonly anchors: number}): OperationCounts {
  const features = 2 * tokens * anchors;
  return {
    ...noOperations(),
    multiplications: features * (width + 1 + bits),
    additions: features * (width + 2 + bits),
    exponentials: features,
  };
}
