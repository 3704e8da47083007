import type {CharacterSet} from "./character-set.js";
import type {Pattern} from "./syntax.js";

/** One step of a program; steps are named by their index, and `next` is the one that follows. */
export type Instruction =
  | {readonly kind: "set"; readonly set: number; readonly next: number}
  | {
      readonly kind: "edge";
      readonly after: boolean;
      readonly set: number;
      readonly negative: boolean;
      readonly next: number;
    }
  /** Goes on if the program number `look` of {@link Program.looks} matches from here on or, negative, does not. */
  | {readonly kind: "look"; readonly look: number; readonly negative: boolean; readonly next: number}
  /** Goes on at `first` and, if that fails, at `second`. */
  | {readonly kind: "split"; first: number; second: number}
  | {readonly kind: "match"};

/** A pattern as steps of a machine that tries all ways at once (R. Cox, Regular Expression Matching: the VM Approach). */
export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
  /** Sets by the numbers that instructions use. */
  readonly sets: readonly CharacterSet[];
  /** Patterns that are looked for ahead. */
  readonly looks: readonly Program[];
}

/** Steps that a program may have: counted repeats multiply them. */
const MOST_INSTRUCTIONS = 5000;

/** Looks ahead that a program may have: states know the outcome of each. */
const MOST_LOOKS = 4;

/** Compiles a pattern, or gives undefined for one that would have too many steps. */
export function compile(pattern: Pattern): Program | undefined {
  try {
    return programOf(pattern, {left: MOST_INSTRUCTIONS});
  } catch (error) {
    if (error === TOO_MANY) return undefined;
    throw error;
  }
}

/** @param room steps that may still be made, in programs for looks too */
function programOf(pattern: Pattern, room: {left: number}): Program {
  const instructions: Instruction[] = [{kind: "match"}];
  const sets: CharacterSet[] = [];
  const looks: Program[] = [];
  const setNumber = (set: CharacterSet) => {
    const known = sets.indexOf(set);
    return known >= 0 ? known : sets.push(set) - 1;
  };
  const emit = (instruction: Instruction): number => {
    if (--room.left < 0) throw TOO_MANY;
    return instructions.push(instruction) - 1;
  };
  const split = (first: number, second: number, lazy: boolean) =>
    emit(lazy ? {kind: "split", first: second, second: first} : {kind: "split", first, second});

  /** Steps of a part that goes on at `next`. @returns where the part begins */
  const build = (part: Pattern, next: number): number => {
    if (part.kind === "set") return emit({kind: "set", set: setNumber(part.set), next});
    if (part.kind === "edge") return emit({...part, set: setNumber(part.set), next});
    if (part.kind === "look") {
      if (looks.length === MOST_LOOKS) throw TOO_MANY;
      return emit({
        kind: "look",
        look: looks.push(programOf(part.body, room)) - 1,
        negative: part.negative,
        next,
      });
    }
    if (part.kind === "sequence") return part.parts.reduceRight((after, each) => build(each, after), next);
    if (part.kind === "choice")
      return part.options
        .map((option) => build(option, next))
        .reduceRight((second, first) => emit({kind: "split", first, second}));
    const {body, least, most, lazy} = part;
    let start = next;
    if (most === Number.POSITIVE_INFINITY) {
      const loop = split(next, next, lazy);
      const again = build(body, loop);
      Object.assign(instructions[loop], lazy ? {second: again} : {first: again});
      start = loop;
    } else {
      for (let i = least; i < most; i++) start = split(build(body, start), next, lazy);
    }
    for (let i = 0; i < least; i++) {
      const before = start;
      start = build(body, before);
      // A body without a step is the same as often as one likes.
      if (start === before) break;
    }
    return start;
  };
  return {start: build(pattern, 0), instructions, sets, looks};
}

const TOO_MANY = new RangeError(`compile: pattern must have at most ${MOST_INSTRUCTIONS} steps`);
