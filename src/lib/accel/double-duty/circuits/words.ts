import {type Builder, FALSE, type Signal, TRUE} from "../netlist.js";

/** Word of signals, least significant first. */
export type Word = readonly Signal[];

const invert = (word: Word): Signal[] => word.map((signal) => signal ^ 1);

/** Word of a constant. */
export function constantWord(value: number, width: number): Signal[] {
  return Array.from({length: width}, (_, i) => (Math.floor(value / 2 ** i) % 2 === 1 ? TRUE : FALSE));
}

/** Combines signals by tables of at most `arity` inputs, level by level. */
function tableTree(
  builder: Builder,
  signals: Word,
  arity: number,
  value: (...bits: number[]) => number,
): Signal {
  let rest = [...signals];
  while (rest.length > 1) {
    const groups = Array.from({length: Math.ceil(rest.length / arity)}, (_, i) =>
      rest.slice(arity * i, arity * (i + 1)),
    );
    rest = groups.map((group) => (group.length === 1 ? group[0] : builder.table(group, value)));
  }
  return rest[0] ?? FALSE;
}

/** Exclusive or of signals. */
export const xorAll = (builder: Builder, signals: Word) =>
  tableTree(builder, signals, 6, (...bits) => bits.reduce((sum, bit) => sum ^ bit, 0));
/** Conjunction of signals. */
export const andAll = (builder: Builder, signals: Word) =>
  tableTree(builder, signals, 6, (...bits) => (bits.every((bit) => bit === 1) ? 1 : 0));
/** Disjunction of signals. */
export const orAll = (builder: Builder, signals: Word) =>
  tableTree(builder, signals, 6, (...bits) => (bits.includes(1) ? 1 : 0));

/** Table of two words bit by bit. */
export function bitwise(
  builder: Builder,
  a: Word,
  b: Word,
  value: (x: number, y: number) => number,
): Signal[] {
  return a.map((signal, i) => builder.table([signal, b[i] ?? FALSE], value));
}

/** `b` where `select` is 1, else `a`. */
export function choose(builder: Builder, select: Signal, a: Word, b: Word): Signal[] {
  const width = Math.max(a.length, b.length);
  return Array.from({length: width}, (_, i) =>
    builder.table([select, a[i] ?? FALSE, b[i] ?? FALSE], (s, x, y) => (s === 1 ? y : x)),
  );
}

/** One of four words by two select bits: a table of six inputs for each bit. */
export function chooseOfFour(builder: Builder, select: Word, words: readonly Word[]): Signal[] {
  return words[0].map((_, i) =>
    builder.table(
      [select[0], select[1], ...words.map((word) => word[i] ?? FALSE)],
      (s0, s1, ...bits) => bits[s0 + 2 * s1],
    ),
  );
}

/** Difference a - b modulo 2^width, and whether a >= b: one chain with b inverted. */
export function subtract(builder: Builder, a: Word, b: Word): {difference: Signal[]; isNoLess: Signal} {
  const width = Math.max(a.length, b.length);
  const wide = Array.from({length: width}, (_, i) => b[i] ?? FALSE);
  const sums = builder.add(a, invert(wide), 1);
  return {difference: sums.slice(0, width), isNoLess: sums[width]};
}

/** Equality of two words: groups of bits by tables of six inputs, then a conjunction. */
export function equal(builder: Builder, a: Word, b: Word): Signal {
  const groups = Array.from({length: Math.ceil(a.length / 3)}, (_, i) => [3 * i, 3 * i + 1, 3 * i + 2]);
  const same = groups.map((places) => {
    const at = (word: Word) => places.map((place) => word[place] ?? FALSE);
    return builder.table([...at(a), ...at(b)], (...bits) =>
      bits.slice(0, 3).every((bit, i) => bit === bits[i + 3]) ? 1 : 0,
    );
  });
  return andAll(builder, same);
}

/** The larger of two words. */
export function larger(builder: Builder, a: Word, b: Word): Signal[] {
  return choose(builder, subtract(builder, a, b).isNoLess, b, a);
}

/** |a - b|: a difference, inverted where it is negative, and one more. */
export function absoluteDifference(builder: Builder, a: Word, b: Word): Signal[] {
  const {difference, isNoLess} = subtract(builder, a, b);
  const flipped = difference.map((signal) => builder.table([signal, isNoLess], (x, s) => x ^ s ^ 1));
  return builder.addWrapped(flipped, [isNoLess ^ 1]);
}

/** Word turned left by a number of places: a stage of four-way tables for every two bits of it. */
export function rotateLeft(builder: Builder, word: Word, places: Word): Signal[] {
  const turned = (by: number, from: Word) =>
    from.map((_, i) => from[(i - by + 2 * from.length) % from.length]);
  let rest: Word = word;
  for (let i = 0; i < places.length; i += 2) {
    const [from, step] = [rest, 2 ** i];
    rest =
      i + 1 < places.length
        ? chooseOfFour(
            builder,
            [places[i], places[i + 1]],
            [0, 1, 2, 3].map((times) => turned(times * step, from)),
          )
        : choose(builder, places[i], from, turned(step, from));
  }
  return [...rest];
}

/** Values of a function of a word of at most six bits. */
export function readOnly(
  builder: Builder,
  address: Word,
  width: number,
  value: (at: number) => number,
): Signal[] {
  return Array.from({length: width}, (_, bit) =>
    builder.table(address, (...bits) => {
      const at = bits.reduce((sum, b, i) => sum + b * 2 ** i, 0);
      return Math.floor(value(at) / 2 ** bit) % 2;
    }),
  );
}

/** Counter that adds `step` where `enable` is 1 and goes back to 0 where `clear` is. */
export function counter(builder: Builder, width: number, enable: Signal, clear: Signal): Signal[] {
  const state = builder.register(width);
  const next = builder.addWrapped(state, [enable]);
  builder.drive(
    state,
    next.map((bit) => builder.table([bit, clear], (b, c) => b & (c ^ 1))),
  );
  return state;
}

/** Sum of words by a tree of chains. */
export function addAll(builder: Builder, words: readonly Word[]): Signal[] {
  let rest: Word[] = [...words];
  while (rest.length > 1) {
    const next: Word[] = [];
    for (let i = 0; i + 1 < rest.length; i += 2) next.push(builder.add(rest[i], rest[i + 1]));
    if (rest.length % 2 === 1) next.push(rest[rest.length - 1]);
    rest = next;
  }
  return [...(rest[0] ?? [])];
}
