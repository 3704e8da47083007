/** A recognizer by definition: every stack is a list of its own, of what is still to come, with nothing compiled. */
import type {Expression, Grammar} from "../../../src/lib/decoding/grammar/language/expression.js";

/** What may still come, the next part last. */
type Stack = readonly Expression[];

/** Recognizes texts byte by byte. */
export interface Recognizer {
  readonly start: readonly Stack[];
  after(stacks: readonly Stack[], bytes: Iterable<number>): readonly Stack[];
  /** Key of what is to come: equal for equal stacks. */
  key(stacks: readonly Stack[]): string;
  isComplete(stacks: readonly Stack[]): boolean;
}

export function recognizer(grammar: Grammar): Recognizer {
  const ids = new Map<Expression, number>();
  const idOf = (part: Expression): number => {
    if (!ids.has(part)) ids.set(part, ids.size);
    return ids.get(part)!;
  };
  const lessRepeats = new Map<string, Expression>();
  const less = ({of, min, max}: Expression & {kind: "repeat"}): Expression => {
    const [low, high] = [Math.max(0, min - 1), max === null ? null : max - 1];
    const key = `${idOf(of)} ${low} ${high}`;
    const made = lessRepeats.get(key) ?? {kind: "repeat", of, min: low, max: high};
    lessRepeats.set(key, made);
    return made;
  };
  const keyOf = (stack: Stack) => stack.map(idOf).join();
  /** Stacks whose next part is a byte, and the empty one. */
  const expanded = (from: readonly Stack[]): readonly Stack[] => {
    const seen = new Map<string, Stack>(from.map((stack) => [keyOf(stack), stack]));
    for (const stack of seen.values()) {
      const part = stack.at(-1);
      const rest = stack.slice(0, -1);
      const put = (...parts: readonly Expression[]) => {
        const made = [...rest, ...parts.toReversed()];
        if (!seen.has(keyOf(made))) seen.set(keyOf(made), made);
      };
      if (part === undefined || part.kind === "byte") continue;
      if (part.kind === "rule") put(grammar.rules.get(part.name)!);
      else if (part.kind === "sequence") put(...part.parts);
      else if (part.kind === "choice") for (const option of part.options) put(option);
      else {
        if (part.min === 0) put();
        if (part.max === 1) put(part.of);
        else if (part.max !== 0) put(part.of, part.max === null && part.min === 0 ? part : less(part));
      }
    }
    return [...seen.values()].filter((stack) => stack.length === 0 || stack.at(-1)!.kind === "byte");
  };
  return {
    start: expanded([[{kind: "rule", name: grammar.root}]]),
    after(stacks, bytes) {
      let at = stacks;
      for (const byte of bytes) {
        const next = at.flatMap((stack) => {
          const part = stack.at(-1);
          return part?.kind === "byte" && part.low <= byte && byte <= part.high ? [stack.slice(0, -1)] : [];
        });
        if (next.length === 0) return [];
        at = expanded(next);
      }
      return at;
    },
    key: (stacks) => stacks.map(keyOf).sort().join(";"),
    isComplete: (stacks) => stacks.some((stack) => stack.length === 0),
  };
}
