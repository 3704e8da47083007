import type {RandomStream} from "../../tensor/random.js";
import type {Attribute, ShapeFamily, Values} from "./family.js";

/** Levels on which a text says a measure. */
export const LEVELS = 8;

/** The first word of an attribute is drawn twice as often as each of the others. */
const FIRST_WORD = 2;

/** Draws an attribute from its prior: words with the first one most often, counts and measures evenly. */
function drawn(attribute: Attribute, stream: RandomStream): number {
  switch (attribute.kind) {
    case "word":
      return Math.max(0, stream.integer(attribute.words.length + FIRST_WORD - 1) - (FIRST_WORD - 1));
    case "count":
      return attribute.least + stream.integer(attribute.most - attribute.least + 1);
    default:
      return attribute.low + stream.uniform() * (attribute.high - attribute.low);
  }
}

/** The mean of a measure's prior, the middle count, the most frequent word. */
function expected(attribute: Attribute): number {
  switch (attribute.kind) {
    case "word":
      return 0;
    case "count":
      return Math.round((attribute.least + attribute.most) / 2);
    default:
      return (attribute.low + attribute.high) / 2;
  }
}

const valuesOf = ({attributes}: ShapeFamily, of: (attribute: Attribute) => number): Values =>
  Object.fromEntries(attributes.map((attribute) => [attribute.name, of(attribute)]));

/** Values of an object drawn from the prior of its family. */
export const drawValues = (family: ShapeFamily, stream: RandomStream): Values =>
  valuesOf(family, (attribute) => drawn(attribute, stream));

/** Values that a decoder takes where nothing is said: the mean of the prior. */
export const meanValues = (family: ShapeFamily): Values => valuesOf(family, expected);

/** All values of an attribute that a text can say. */
export function sayable(attribute: Attribute): readonly number[] {
  switch (attribute.kind) {
    case "word":
      return attribute.words.map((_, i) => i);
    case "count":
      return Array.from({length: attribute.most - attribute.least + 1}, (_, i) => attribute.least + i);
    default:
      return Array.from({length: LEVELS}, (_, level) => levelValue(attribute, level));
  }
}

/** The middle of a level of a measure. */
const levelValue = ({low, high}: {readonly low: number; readonly high: number}, level: number): number =>
  low + ((level + 0.5) / LEVELS) * (high - low);

/** The words for a value: `round`, `4 legs`, `height 6`. */
export function phraseOf(attribute: Attribute, value: number): string {
  switch (attribute.kind) {
    case "word":
      return attribute.words[value];
    case "count":
      return `${value} ${attribute.name}`;
    default: {
      const share = (value - attribute.low) / (attribute.high - attribute.low);
      return `${attribute.name} ${Math.max(0, Math.min(LEVELS - 1, Math.floor(share * LEVELS))) + 1}`;
    }
  }
}
