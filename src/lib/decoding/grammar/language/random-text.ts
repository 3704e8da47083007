import type {RandomStream} from "../../../tensor/random.js";
import type {Expression, Grammar} from "./expression.js";

/**
 * Bytes of a random text of a grammar: each choice is as likely as another, each repetition ends with a chance of a third.
 * @param size bytes after which the shortest ways to an end are taken; a text may be longer
 */
export function randomText(grammar: Grammar, random: RandomStream, size: number): Uint8Array {
  const shortest = shortestTexts(grammar);
  const made: number[] = [];
  /** Parts that are still to be written, the next one last. */
  const open: Expression[] = [{kind: "rule", name: grammar.root}];
  while (open.length > 0) {
    const part = open.pop()!;
    const isLong = made.length + open.length >= size;
    if (part.kind === "byte") made.push(part.low + random.integer(part.high - part.low + 1));
    else if (part.kind === "rule") open.push(grammar.rules.get(part.name)!);
    else if (part.kind === "sequence") for (const each of part.parts.toReversed()) open.push(each);
    else if (part.kind === "choice") open.push(chosen(part.options, shortest, isLong, random));
    else
      for (let n = times(part, isLong || shortest(part.of) === Number.POSITIVE_INFINITY, random); n > 0; n--)
        open.push(part.of);
  }
  return Uint8Array.from(made);
}

function chosen(
  options: readonly Expression[],
  shortest: (part: Expression) => number,
  isLong: boolean,
  random: RandomStream,
): Expression {
  const possible = options.filter((option) => shortest(option) < Number.POSITIVE_INFINITY);
  if (!isLong) return possible[random.integer(possible.length)];
  return possible.reduce((best, option) => (shortest(option) < shortest(best) ? option : best));
}

function times({min, max}: Expression & {kind: "repeat"}, isLong: boolean, random: RandomStream): number {
  let count = min;
  while (!isLong && (max === null || count < max) && random.integer(3) > 0) count++;
  return count;
}

/** Bytes of the shortest text of an expression; infinite where there is none. */
function shortestTexts({rules}: Grammar): (part: Expression) => number {
  const known = new Map<string, number>();
  const of = (part: Expression): number => {
    if (part.kind === "byte") return 1;
    if (part.kind === "rule") return known.get(part.name) ?? Number.POSITIVE_INFINITY;
    if (part.kind === "repeat") return part.min === 0 ? 0 : part.min * of(part.of);
    if (part.kind === "sequence") return part.parts.reduce((sum, each) => sum + of(each), 0);
    return part.options.reduce((least, each) => Math.min(least, of(each)), Number.POSITIVE_INFINITY);
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const [name, body] of rules) {
      const length = of(body);
      if (length === (known.get(name) ?? Number.POSITIVE_INFINITY)) continue;
      known.set(name, length);
      changed = true;
    }
  }
  return of;
}
