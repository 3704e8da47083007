import type {CharacterSet} from "./character-set.js";

/** Part of a pattern. Groups are gone: nothing asks what they held. */
export type Pattern =
  /** One character of a set. */
  | {readonly kind: "set"; readonly set: CharacterSet}
  | {readonly kind: "sequence"; readonly parts: readonly Pattern[]}
  /** The first of some alternatives with which all that follows matches. */
  | {readonly kind: "choice"; readonly options: readonly Pattern[]}
  /** Between `least` and `most` times, as often as possible or, lazy, as seldom. */
  | {
      readonly kind: "repeat";
      readonly body: Pattern;
      readonly least: number;
      readonly most: number;
      readonly lazy: boolean;
    }
  /** Whether the neighbouring character, after or before this place, is one of a set; not so at an end of the text. */
  | {readonly kind: "edge"; readonly after: boolean; readonly set: CharacterSet; readonly negative: boolean}
  /** Whether, or negative whether not, a pattern matches from this place on; nothing is taken. */
  | {readonly kind: "look"; readonly body: Pattern; readonly negative: boolean};

export function oneOf(set: CharacterSet): Pattern {
  return {kind: "set", set};
}

export function sequence(parts: readonly Pattern[]): Pattern {
  return parts.length === 1 ? parts[0] : {kind: "sequence", parts};
}

export function choice(options: readonly Pattern[]): Pattern {
  return options.length === 1 ? options[0] : {kind: "choice", options};
}

/** @param most Infinity for no bound */
export function repeat(body: Pattern, least: number, most: number, lazy = false): Pattern {
  return {kind: "repeat", body, least, most, lazy};
}

/** A look at the character after this place: it must be one of a set or, negative, must not. */
export function ahead(set: CharacterSet, negative = false): Pattern {
  return {kind: "edge", after: true, set, negative};
}

/** A look at the character before this place: it must be one of a set or, negative, must not. */
export function behind(set: CharacterSet, negative = false): Pattern {
  return {kind: "edge", after: false, set, negative};
}
