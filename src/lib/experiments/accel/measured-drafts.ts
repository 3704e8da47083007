// Generated from the kept rows of decoding/drafting by scripts/build-measured-drafts.ts: not to be edited.

/** Counts of a method on decoder-large, greedy, texts of all tasks, to three digits. */
export interface DraftCounts {
  readonly tokensPerPass: number;
  readonly verifiedPerPass: number;
  readonly draftPassesPerToken: number;
}

/** Counts of every method that leaves the text as it is, by its id. */
export const DRAFT_COUNTS: Readonly<Record<string, DraftCounts>> = {
  "speculative-sampling": {tokensPerPass: 4.09, verifiedPerPass: 3.72, draftPassesPerToken: 1.11},
  "dynamic-tree": {tokensPerPass: 5.49, verifiedPerPass: 22.9, draftPassesPerToken: 1.16},
  easyspec: {tokensPerPass: 4.92, verifiedPerPass: 23.1, draftPassesPerToken: 1.32},
  subspec: {tokensPerPass: 12, verifiedPerPass: 79.9, draftPassesPerToken: 1.11},
  "skipping-draft": {tokensPerPass: 2.63, verifiedPerPass: 7.45, draftPassesPerToken: 1.42},
  medusa: {tokensPerPass: 1.81, verifiedPerPass: 22.8, draftPassesPerToken: 0},
  ppd: {tokensPerPass: 1.23, verifiedPerPass: 18, draftPassesPerToken: 0},
  "token-recycling": {tokensPerPass: 2.56, verifiedPerPass: 17.4, draftPassesPerToken: 0},
};
