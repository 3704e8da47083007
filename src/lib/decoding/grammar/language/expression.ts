/** Part of a grammar: the byte strings that it stands for. */
export type Expression =
  | {readonly kind: "byte"; readonly low: number; readonly high: number}
  | {readonly kind: "sequence"; readonly parts: readonly Expression[]}
  | {readonly kind: "choice"; readonly options: readonly Expression[]}
  /** `of` at least `min` times and at most `max` times; null is any number. */
  | {readonly kind: "repeat"; readonly of: Expression; readonly min: number; readonly max: number | null}
  | {readonly kind: "rule"; readonly name: string};

/** Context-free grammar over bytes. */
export interface Grammar {
  /** Name of the rule that a whole text follows. */
  readonly root: string;
  readonly rules: ReadonlyMap<string, Expression>;
}

/** The empty text. */
export const EMPTY: Expression = {kind: "sequence", parts: []};

/** No text at all. */
export const NOTHING: Expression = {kind: "choice", options: []};

/** One byte of a range. */
export const byte = (low: number, high = low): Expression => ({kind: "byte", low, high});

/** Parts one after the other. */
export const sequence = (...parts: readonly Expression[]): Expression =>
  parts.length === 1 ? parts[0] : {kind: "sequence", parts};

/** One of several. */
export const choice = (options: readonly Expression[]): Expression =>
  options.length === 1 ? options[0] : {kind: "choice", options};

/** An expression `min` to `max` times; null is any number. */
export const repeat = (of: Expression, min: number, max: number | null): Expression => ({
  kind: "repeat",
  of,
  min,
  max,
});

/** An expression or nothing. */
export const optional = (of: Expression): Expression => repeat(of, 0, 1);

/** A rule by its name. */
export const rule = (name: string): Expression => ({kind: "rule", name});

/** The UTF-8 bytes of a text. */
export const literal = (text: string): Expression =>
  sequence(...Array.from(new TextEncoder().encode(text), (value) => byte(value)));

/** Parts directly below an expression. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "sequence":
      return expression.parts;
    case "choice":
      return expression.options;
    case "repeat":
      return expression.max === 0 ? [] : [expression.of];
    default:
      return [];
  }
}

/** Names of the rules that an expression calls. */
export function rulesCalled(expression: Expression): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<Expression>();
  const walk = (each: Expression): void => {
    if (seen.has(each)) return;
    seen.add(each);
    if (each.kind === "rule") names.add(each.name);
    for (const part of partsOf(each)) walk(part);
  };
  walk(expression);
  return names;
}

/**
 * An expression with the bodies of some rules in the place of their calls; itself where it calls none of them.
 * @param known what was replaced before with the same bodies
 */
export function withBodies(
  expression: Expression,
  bodies: ReadonlyMap<string, Expression>,
  known: Map<Expression, Expression> = new Map(),
): Expression {
  const found = known.get(expression);
  if (found !== undefined) return found;
  const made = replaced(expression, (part) => withBodies(part, bodies, known), bodies);
  known.set(expression, made);
  return made;
}

function replaced(
  expression: Expression,
  replace: (part: Expression) => Expression,
  bodies: ReadonlyMap<string, Expression>,
): Expression {
  if (expression.kind === "rule") return bodies.get(expression.name) ?? expression;
  const parts = partsOf(expression);
  const made = parts.map(replace);
  if (made.every((part, i) => part === parts[i])) return expression;
  if (expression.kind === "repeat") return repeat(made[0], expression.min, expression.max);
  return expression.kind === "choice" ? choice(made) : sequence(...made);
}
