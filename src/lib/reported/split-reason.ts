/** Accuracies of SplitReason on AIME 2024. (arXiv:2504.16379, figure 6; runs in its repository, abdelfattah-lab/SplitReason at 33e455a) */

/** Problems of AIME 2024, all of them in each run. */
export const AIME_PROBLEMS = 30;

/** Models, or a small and a large one that share the work, with the share of problems solved in each run. */
export interface AimeRuns {
  readonly name: string;
  readonly runs: readonly number[];
}

const runsOf = (name: string, ...solved: readonly number[]): AimeRuns => ({
  name,
  runs: solved.map((count) => count / AIME_PROBLEMS),
});

/** Runs by name, counted in problems solved. */
export const SPLIT_REASON_RUNS: readonly AimeRuns[] = [
  runsOf("1.5B alone", 4, 4, 7, 6, 5),
  runsOf("8B alone", 9, 8, 10, 11, 9),
  runsOf("14B alone", 18, 14, 15, 15, 16),
  runsOf("32B alone", 20, 20, 21, 17, 18),
  runsOf("1.5B and 8B, learned", 15, 12, 14, 12, 13),
  runsOf("1.5B and 14B, learned", 14, 13, 16, 13, 12),
  runsOf("1.5B and 32B, learned, about 5 %", 15, 14, 14, 14, 12, 13),
  runsOf("1.5B and 32B, learned, 1.35 %", 12, 12, 12, 13, 13),
  runsOf("1.5B and 32B, random 10 %", 12, 12, 13, 10, 10),
  runsOf("1.5B and 32B, random 5 %", 10, 13, 10, 11, 12),
];
