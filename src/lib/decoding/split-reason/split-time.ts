/** Speeds at which two models write, in tokens per second. */
export interface DecodeSpeeds {
  readonly small: number;
  readonly large: number;
}

/** Speeds of a model, in tokens per second. */
export interface ModelSpeeds {
  readonly decode: number;
  readonly prefill: number;
}

/** Speeds of both models of a text. */
export interface SplitSpeeds {
  readonly small: ModelSpeeds;
  readonly large: ModelSpeeds;
}

/**
 * Models of 1.5 and 32 billion parameters at 4 thousand tokens, on an A6000 and on two. (SplitReason, arXiv:2504.16379,
 * section 3.4)
 */
export const SPLIT_REASON_SPEEDS: SplitSpeeds = {
  small: {decode: 150, prefill: 30_000},
  large: {decode: 15, prefill: 2500},
};

/** Tokens of a text by who wrote them, and how often the large model took over. */
export interface SplitTokens {
  readonly small: number;
  readonly large: number;
  readonly switches: number;
}

/**
 * Seconds of a text if each model reads along while the other writes: only writing takes time, and at each change of hands
 * the large model reads a last chunk.
 * @param chunk tokens of that chunk
 */
export function pipelinedSeconds(tokens: SplitTokens, {small, large}: SplitSpeeds, chunk: number): number {
  return (
    tokens.small / small.decode + tokens.large / large.decode + (tokens.switches * chunk) / large.prefill
  );
}

/** Tokens that a model chose, thrown away ones included, and those that it read. */
export interface ModelWork {
  readonly written: number;
  readonly prefilled: number;
}

/** Seconds of a text if one thing happens after the other, all that was thrown away included. */
export function sequentialSeconds(
  work: {readonly small: ModelWork; readonly large: ModelWork},
  speeds: SplitSpeeds,
): number {
  const of = ({written, prefilled}: ModelWork, {decode, prefill}: ModelSpeeds) =>
    written / decode + prefilled / prefill;
  return of(work.small, speeds.small) + of(work.large, speeds.large);
}

/**
 * Seconds of a token if a share of all is written by the large model and each model reads along while the other writes.
 * (SplitReason, arXiv:2504.16379, section 3.4)
 * @param share tokens of the large model over all, in [0, 1]
 * @throws RangeError for a share out of range, or a speed that is not above 0.
 */
export function splitSecondsPerToken(share: number, {small, large}: DecodeSpeeds): number {
  if (!(share >= 0 && share <= 1))
    throw new RangeError(`splitSecondsPerToken: share must be in [0, 1], got ${share}`);
  for (const [name, speed] of [["small", small] as const, ["large", large] as const])
    if (!(speed > 0)) throw new RangeError(`splitSecondsPerToken: ${name} must be above 0, got ${speed}`);
  return (1 - share) / small + share / large;
}
