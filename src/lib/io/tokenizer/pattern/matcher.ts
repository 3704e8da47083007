import {type CharacterClasses, characterClasses, NOTHING} from "./character-classes.js";
import {compile, type Program} from "./program.js";
import type {Pattern} from "./syntax.js";

/** Finds a pattern in texts, in time that grows with the text alone. */
export interface Matcher {
  /**
   * Start and end of every match, one after the other, from the left, none over another; an empty one not right after
   * another. As Oniguruma's backtracking would find them.
   * @throws what {@link matcher} was given for a pattern that takes more than 256 steps a character.
   */
  matches(text: string): number[];
}

/** Steps for each character of a text, and beside: a pattern that reads far ahead at every place has to end. */
const [MOST_WORK, FREE_WORK] = [256, 2 ** 22];

/** Threads in all states that are kept; with more of them all are made anew. */
const MOST_THREADS = 2 ** 18;

/** Threads of a program after some characters, the first the one that is wanted most. */
interface State {
  readonly threads: readonly number[];
  /** Class of the character before. */
  readonly before: number;
  /** By the {@link Surroundings} of the place. */
  readonly moves: Move[];
}

/**
 * The class of the next character, and below it a bit for each look ahead: whether its pattern matches from the place on.
 */
type Surroundings = number;

/** What the next character (or the end) does to a state. */
interface Move {
  /** Whether the text up to here is a match, before that character. */
  readonly isMatch: boolean;
  /** undefined where no thread goes on. */
  readonly next: State | undefined;
}

/**
 * A pattern that can be searched for, or undefined for one that is too large.
 * @param tooLong makes the error for a pattern that takes too many steps
 */
export function matcher(pattern: Pattern, tooLong: () => Error): Matcher | undefined {
  const program = compile(pattern);
  if (program === undefined) return undefined;
  const machine = stateMachine(program, tooLong);
  return {
    matches(text) {
      const found: number[] = [];
      const work = {left: FREE_WORK + MOST_WORK * text.length};
      let lastEnd = -1;
      for (let from = 0; from <= text.length; ) {
        const end = machine.endOfMatch(text, from, work);
        if (end < 0 || (end === from && end === lastEnd)) {
          from += lengthAt(text, from);
          continue;
        }
        found.push(from, end);
        lastEnd = end;
        from = end;
      }
      return found;
    },
  };
}

const lengthAt = (text: string, at: number) => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

/** Steps that are left. */
interface Work {
  left: number;
}

interface StateMachine {
  /** The end of the match that begins at `from`, or -1. */
  endOfMatch(text: string, from: number, work: Work): number;
}

/** The states of a program, made when they are first needed (K. Thompson, Regular Expression Search Algorithm). */
function stateMachine(program: Program, tooLong: () => Error): StateMachine {
  const classes = characterClasses(program.sets);
  const looks = program.looks.map((look) => stateMachine(look, tooLong));
  const looksBack = program.instructions.some((step) => step.kind === "edge" && !step.after);
  let states = new Map<string, State>();
  let starts: State[] = [];
  let threadsKept = 0;
  const stateOf = (threads: readonly number[], before: number): State => {
    const key = `${before}:${threads.join()}`;
    const known = states.get(key);
    if (known !== undefined) return known;
    threadsKept += threads.length;
    if (threadsKept > MOST_THREADS) {
      states = new Map();
      starts = [];
      threadsKept = threads.length;
    }
    const state = {threads, before, moves: []};
    states.set(key, state);
    return state;
  };
  const startAt = (text: string, from: number): State => {
    const before = looksBack && from > 0 ? classes.of(codePointBefore(text, from)) : NOTHING;
    starts[before] ??= stateOf([program.start], before);
    return starts[before];
  };
  const moveOf = (state: State, surroundings: Surroundings): Move => {
    const {open, isMatch} = openThreads(program, classes, state, surroundings);
    const next = surroundings >> looks.length;
    const after = new Set<number>();
    for (const at of open) {
      const step = program.instructions[at];
      if (step.kind === "set" && classes.isIn(next, step.set)) after.add(step.next);
    }
    return {isMatch, next: after.size === 0 ? undefined : stateOf([...after], looksBack ? next : NOTHING)};
  };
  const surroundingsAt = (text: string, at: number, next: number, work: Work): Surroundings =>
    looks.reduce(
      (bits, look, i) => bits | (Number(look.endOfMatch(text, at, work) >= 0) << i),
      next << looks.length,
    );
  return {
    endOfMatch(text, from, work) {
      let end = -1;
      let at = from;
      for (let state: State | undefined = startAt(text, from); state !== undefined; ) {
        const codePoint = at < text.length ? text.codePointAt(at)! : -1;
        const next = codePoint < 0 ? NOTHING : classes.of(codePoint);
        const surroundings = looks.length === 0 ? next : surroundingsAt(text, at, next, work);
        let move: Move | undefined = state.moves[surroundings];
        if (move === undefined) {
          work.left -= program.instructions.length;
          move = moveOf(state, surroundings);
          state.moves[surroundings] = move;
        }
        if (--work.left < 0) throw tooLong();
        if (move.isMatch) end = at;
        state = move.next;
        at += codePoint > 0xffff ? 2 : 1;
      }
      return end;
    },
  };
}

function codePointBefore(text: string, at: number): number {
  const unit = text.charCodeAt(at - 1);
  return unit >= 0xdc00 && unit < 0xe000 && at > 1 ? text.codePointAt(at - 2)! : unit;
}

/**
 * The threads that wait for a character, in order, and whether one before them is at the end of the program: those
 * after it are worth less than that match.
 */
function openThreads(
  {instructions, looks}: Program,
  classes: CharacterClasses,
  {threads, before}: State,
  surroundings: Surroundings,
): {open: readonly number[]; isMatch: boolean} {
  const open: number[] = [];
  const next = surroundings >> looks.length;
  const seen = new Set<number>();
  const stack = [...threads].reverse();
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const step = instructions[at];
    if (step.kind === "match") return {open, isMatch: true};
    if (step.kind === "set") open.push(at);
    else if (step.kind === "split") stack.push(step.second, step.first);
    else if (step.kind === "look") {
      if ((((surroundings >> step.look) & 1) === 1) !== step.negative) stack.push(step.next);
    } else if (classes.isIn(step.after ? next : before, step.set) !== step.negative) stack.push(step.next);
  }
  return {open, isMatch: false};
}
