import type {Expression, Kernel, Statement} from "./kernel.js";

/** Gives what may stand in place of an expression; none where it stays. */
export type ExpressionChoices = (expression: Expression) => readonly Expression[];
/** Gives what may stand in place of a statement, each a list of statements. */
export type StatementChoices = (statement: Statement) => readonly (readonly Statement[])[];

/** An expression with each of its parts replaced in turn by each of its choices. */
function expressionVariants(expression: Expression, choices: ExpressionChoices): Expression[] {
  const own = [...choices(expression)];
  if (typeof expression === "number" || expression.kind === "variable") return own;
  const inner = (part: Expression, put: (changed: Expression) => Expression) =>
    expressionVariants(part, choices).map(put);
  if (expression.kind === "element") {
    return [...own, ...inner(expression.index, (index) => ({...expression, index}))];
  }
  return [
    ...own,
    ...inner(expression.left, (left) => ({...expression, left})),
    ...inner(expression.right, (right) => ({...expression, right})),
  ];
}

/** A statement with each expression that stands directly in it changed in turn; bounds of loops stay. */
function withExpressions(statement: Statement, choices: ExpressionChoices): Statement[] {
  switch (statement.kind) {
    case "declare": {
      if (statement.value === null) return [];
      return expressionVariants(statement.value, choices).map((value) => ({...statement, value}));
    }
    case "assign":
      return expressionVariants(statement.value, choices).map((value) => ({...statement, value}));
    case "store":
      return [
        ...expressionVariants(statement.index, choices).map((index) => ({...statement, index})),
        ...expressionVariants(statement.value, choices).map((value) => ({...statement, value})),
      ];
    case "if":
      return expressionVariants(statement.condition, choices).map((condition) => ({...statement, condition}));
    case "for":
      return [];
  }
}

/** Blocks with one statement, at any depth, replaced by each of its choices. */
function blockVariants(block: readonly Statement[], choices: StatementChoices): (readonly Statement[])[] {
  return block.flatMap((statement, at) =>
    statementVariants(statement, choices).map((put) => [
      ...block.slice(0, at),
      ...put,
      ...block.slice(at + 1),
    ]),
  );
}

function statementVariants(statement: Statement, choices: StatementChoices): (readonly Statement[])[] {
  const own = [...choices(statement)];
  if (statement.kind !== "for" && statement.kind !== "if") return own;
  const bodies = blockVariants(statement.body, choices).map((body) => [{...statement, body}]);
  if (statement.kind === "for") return [...own, ...bodies];
  const otherwise = blockVariants(statement.otherwise, choices).map((block) => [
    {...statement, otherwise: block},
  ]);
  return [...own, ...bodies, ...otherwise];
}

/** A kernel with one of its statements replaced, once for each choice of each. */
export const withStatement = (kernel: Kernel, choices: StatementChoices): Kernel[] =>
  blockVariants(kernel.body, choices).map((body) => ({...kernel, body}));

/** A kernel with one expression of one of its statements replaced, once for each choice of each; bounds of loops stay. */
export const withExpression = (kernel: Kernel, choices: ExpressionChoices): Kernel[] =>
  withStatement(kernel, (statement) => withExpressions(statement, choices).map((changed) => [changed]));
