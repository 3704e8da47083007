/** Operators between two whole numbers; `%` gives a remainder of the divisor's sign, comparisons give 1 or 0. */
export const OPERATORS = ["+", "-", "*", "%", "<", ">", "=="] as const;
/** An operator of an expression. */
export type Operator = (typeof OPERATORS)[number];

/** A number, or how to compute one. */
export type Expression =
  | number
  | {readonly kind: "variable"; readonly name: string}
  | {
      readonly kind: "binary";
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {readonly kind: "element"; readonly array: string; readonly index: Expression}
  | {readonly kind: "length"; readonly array: string}
  | {readonly kind: "call"; readonly name: string; readonly argument: Expression};

/** One step of a program, with its line where it was read from a text. */
export type Statement = StatementForm & {
  /** From 1 on. */
  readonly line?: number;
};

/** `let` is of a new name in this block, `for` counts from `from` to below `to`. */
type StatementForm =
  | {readonly kind: "let"; readonly name: string; readonly value: Expression}
  | {readonly kind: "array"; readonly name: string; readonly size: Expression}
  | {readonly kind: "assign"; readonly name: string; readonly value: Expression}
  | {readonly kind: "store"; readonly array: string; readonly index: Expression; readonly value: Expression}
  | {
      readonly kind: "if";
      readonly condition: Expression;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | {
      readonly kind: "for";
      readonly name: string;
      readonly from: Expression;
      readonly to: Expression;
      readonly body: readonly Statement[];
    }
  | {readonly kind: "while"; readonly condition: Expression; readonly body: readonly Statement[]}
  | {readonly kind: "print"; readonly value: Expression}
  | {readonly kind: "return"; readonly value: Expression};

/** A function of one number. */
export interface ProgramFunction {
  readonly name: string;
  readonly parameter: string;
  readonly body: readonly Statement[];
}

/** A program of the toy language: functions, then statements. */
export interface Program {
  readonly functions: readonly ProgramFunction[];
  readonly body: readonly Statement[];
}

/** Statements directly inside a statement. */
export function innerStatements(statement: Statement): readonly Statement[] {
  if (statement.kind === "if") return [...statement.body, ...statement.otherwise];
  return statement.kind === "for" || statement.kind === "while" ? statement.body : [];
}

/** Levels of loops around the innermost statement. */
export function loopDepth(statements: readonly Statement[]): number {
  return statements.reduce((deepest, statement) => {
    const own = statement.kind === "for" || statement.kind === "while" ? 1 : 0;
    return Math.max(deepest, own + loopDepth(innerStatements(statement)));
  }, 0);
}

/** Kinds of the statements of a program, those inside others too. */
export function statementKinds(statements: readonly Statement[]): ReadonlySet<Statement["kind"]> {
  const kinds = new Set<Statement["kind"]>();
  for (const statement of statements) {
    kinds.add(statement.kind);
    for (const kind of statementKinds(innerStatements(statement))) kinds.add(kind);
  }
  return kinds;
}
