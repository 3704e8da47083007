/** Limits on grammars of strangers: each is far above what published schemas need. */
export const GRAMMAR_LIMITS = {
  /** Characters of the text of a grammar or schema. */
  text: 1_000_000,
  /** Groups within groups, or schemas within schemas. */
  depth: 200,
  /** Count in {m,n}, minItems, maxLength and the like. */
  repeat: 4000,
  /** Steps of building a grammar's automaton, and nodes of it. */
  steps: 600_000,
  nodes: 65_536,
  /** Sets of stacks met while a text is written. */
  states: 262_144,
  /** Stacks at the same time. */
  stacks: 4096,
} as const;
