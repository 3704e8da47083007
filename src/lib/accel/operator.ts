/** Elements that an operator moves and floating-point operations that it does, when it runs once. */
export interface Counts {
  readonly flops: number;
  readonly weights: number;
  readonly actRead: number;
  readonly actWrite: number;
  readonly kvRead: number;
  readonly kvWrite: number;
  readonly stateRead: number;
  readonly stateWrite: number;
}

/** The fields of `Counts`, in a table's order. */
export const COUNTS = [
  "flops",
  "weights",
  "actRead",
  "actWrite",
  "kvRead",
  "kvWrite",
  "stateRead",
  "stateWrite",
] as const satisfies readonly (keyof Counts)[];

/**
 * `linear` multiplies by a weight matrix, `attention` by cached keys and values, `head` is the last product and
 * `embedding` the first look-up; `vector` is everything element by element, `scan` a recurrence.
 */
export type OperatorKind = "linear" | "attention" | "vector" | "scan" | "embedding" | "head";

/** The formula of every count, in the operator's symbols; a count that is left out is 0. */
export type Formulas = Readonly<Partial<Record<keyof Counts, string>>>;

/** One operator of a step. Its counts are of one run; a step runs it `count` times, once a layer. */
export interface Operator extends Counts {
  readonly name: string;
  readonly kind: OperatorKind;
  readonly count: number;
  readonly formulas: Formulas;
  /** The values of the formulas' symbols. */
  readonly symbols: Readonly<Record<string, number>>;
}

/** Number of runs of an operator, and the formulas of its counts. */
type Head = Pick<Operator, "name" | "kind" | "count" | "formulas" | "symbols">;

/** An operator from its non-zero counts; each must equal its formula (tested for every operator we build). */
export function operator(head: Head, counts: Partial<Counts>): Operator {
  return {
    name: head.name,
    kind: head.kind,
    count: head.count,
    formulas: head.formulas,
    symbols: head.symbols,
    flops: counts.flops ?? 0,
    weights: counts.weights ?? 0,
    actRead: counts.actRead ?? 0,
    actWrite: counts.actWrite ?? 0,
    kvRead: counts.kvRead ?? 0,
    kvWrite: counts.kvWrite ?? 0,
    stateRead: counts.stateRead ?? 0,
    stateWrite: counts.stateWrite ?? 0,
  };
}

/** Plain sums over operators, each times its count. */
export function totalCounts(operators: readonly Operator[]): Counts {
  const total = {
    flops: 0,
    weights: 0,
    actRead: 0,
    actWrite: 0,
    kvRead: 0,
    kvWrite: 0,
    stateRead: 0,
    stateWrite: 0,
  };
  for (const op of operators) for (const field of COUNTS) total[field] += op.count * op[field];
  return total;
}
