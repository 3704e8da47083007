import type {ShapeFamily, Values} from "../grammar/family.js";
import {shapeFamilies} from "../grammar/registry.js";
import {meanValues, phraseOf, sayable} from "../grammar/values.js";

const SEPARATOR = ", ";

/** Content of a text: the kind of object, and what is said of it. */
export interface Description {
  readonly family: ShapeFamily;
  /** Values of the attributes that the text names, each the middle of its level. */
  readonly said: Values;
}

/** The text for an object: its family, then a phrase for each attribute of the list. */
export function textOf(family: ShapeFamily, values: Values, names: readonly string[]): string {
  const phrases = names.map((name) => phraseOf(attributeOf(family, name), values[name]));
  return [family.id, ...phrases].join(SEPARATOR);
}

function attributeOf(family: ShapeFamily, name: string) {
  const found = family.attributes.find((attribute) => attribute.name === name);
  if (found === undefined) {
    const names = family.attributes.map((attribute) => attribute.name).join(", ");
    throw new RangeError(`textOf: names must be of ${names}, got ${name}`);
  }
  return found;
}

/**
 * The text of at most so many bytes: attributes are dropped from the end of the order, the least important first.
 * @param order names of attributes, the most important first
 * @throws RangeError if the name of the family alone is longer.
 */
export function textWithin(
  family: ShapeFamily,
  values: Values,
  order: readonly string[],
  budget: number,
): string {
  for (let kept = order.length; kept >= 0; kept--) {
    const text = textOf(family, values, order.slice(0, kept));
    if (text.length <= budget) return text;
  }
  throw new RangeError(`textWithin: budget must be at least ${family.id.length}, got ${budget}`);
}

/**
 * Reads a text of {@link textOf}; phrases may come in any order.
 * @throws RangeError naming the first phrase that the grammar does not have, and some that it has.
 */
export function readText(text: string): Description {
  const [name, ...phrases] = text.split(",").map((phrase) => phrase.trim());
  const family = shapeFamilies.byId(name);
  const known = new Map(
    family.attributes.flatMap((attribute) =>
      sayable(attribute).map((value) => [phraseOf(attribute, value), {name: attribute.name, value}] as const),
    ),
  );
  const said = phrases.map((phrase) => {
    const found = known.get(phrase);
    if (found === undefined) {
      const some = [...known.keys()].join(", ");
      throw new RangeError(
        `readText: phrases of a ${name} must be of ${some}, got ${JSON.stringify(phrase)}`,
      );
    }
    return [found.name, found.value] as const;
  });
  return {family, said: Object.fromEntries(said)};
}

/** Values of the full description of an object: what a text without a limit brings back. */
export const asSaid = (family: ShapeFamily, values: Values): Values => ({
  ...meanValues(family),
  ...readText(
    textOf(
      family,
      values,
      family.attributes.map(({name}) => name),
    ),
  ).said,
});
