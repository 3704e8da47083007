/** Signs of the keys: the first four stand at right angles to one another, and so do the last four. */
export const KEYS: readonly (readonly number[])[] = [
  [1, 1, 1, 1],
  [1, -1, 1, -1],
  [1, 1, -1, -1],
  [1, -1, -1, 1],
  [-1, 1, 1, 1],
  [1, -1, 1, 1],
  [1, 1, -1, 1],
  [1, 1, 1, -1],
];
export const VALUES = [3, -2, 5, 1, 4, -1, 2, -3] as const;
/** Numbers of the state. */
export const SIZE = 4;

/** The controls: how many facts are read, and what a fact leaves of those before it. */
export const eightFactsParams = {
  facts: {kind: "integer", label: "Facts written", min: 1, max: VALUES.length, default: 5},
  kept: {
    kind: "number",
    label: "Share of the state kept at each fact",
    min: 0.5,
    max: 1,
    step: 0.05,
    default: 1,
  },
} as const;

/** The remaining facts, and the answer to a query for each. */
export interface FactsInState {
  readonly state: readonly number[];
  readonly read: readonly number[];
}

/** Writes value times key into a state that fades, fact after fact, and reads each back: (state · key) / 4. */
export function factsInState(facts: number, kept: number): FactsInState {
  const state = Array<number>(SIZE).fill(0);
  for (let i = 0; i < facts; i++) {
    for (let n = 0; n < SIZE; n++) state[n] = kept * state[n] + VALUES[i] * KEYS[i][n];
  }
  const read = KEYS.slice(0, facts).map(
    (key) => key.reduce((sum, sign, n) => sum + sign * state[n], 0) / SIZE,
  );
  return {state, read};
}
