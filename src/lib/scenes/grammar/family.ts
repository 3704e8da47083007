import type {Mesh} from "../mesh.js";
import type {Detail} from "./solids.js";

/** A property of objects of a family that is one of several words; the first is the most frequent. */
export interface WordAttribute {
  readonly kind: "word";
  readonly name: string;
  readonly words: readonly string[];
}

/** A property that is a whole number of things: `4 legs`. */
export interface CountAttribute {
  readonly kind: "count";
  readonly name: string;
  readonly least: number;
  readonly most: number;
}

/** A property that is a measure; a text says it on eight levels: `height 6`. */
export interface MeasureAttribute {
  readonly kind: "measure";
  readonly name: string;
  readonly low: number;
  readonly high: number;
}

/** A property of the objects of a family. */
export type Attribute = WordAttribute | CountAttribute | MeasureAttribute;

/** Values of attributes by name: the index of a word, a count, or a measure itself. */
export type Values = Readonly<Record<string, number>>;

/** Objects of one kind: what can be said of them, and the program that builds one. */
export interface ShapeFamily {
  /** The word that names it, as `table`. */
  readonly id: string;
  readonly attributes: readonly Attribute[];
  /** The mesh of an object, its y axis upwards, in units of its own. */
  build(values: Values, detail: Detail): Mesh;
}

/** A property that is one of several words. */
export const word = (name: string, ...words: readonly string[]): WordAttribute => ({
  kind: "word",
  name,
  words,
});
/** A property that is a number of things. */
export const count = (name: string, least: number, most: number): CountAttribute => ({
  kind: "count",
  name,
  least,
  most,
});
/** A property that is a measure. */
export const measure = (name: string, low: number, high: number): MeasureAttribute => ({
  kind: "measure",
  name,
  low,
  high,
});
