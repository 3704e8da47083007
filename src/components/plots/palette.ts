import {FAMILIES, type Family} from "../../lib/technique/families.js";

/** Look of a mark: the hue of its family, and the shade and shape of its place among those of the family. */
export interface Look {
  readonly family: Family;
  /** From 0, the family's own hue. */
  readonly shade?: number | undefined;
}

/** Shades that a family has in the style sheet, made by scripts/palette.ts. */
export const SHADES = 10;

/** The custom property of the style sheet that holds a colour. */
export function colourName({family, shade = 0}: Look): string {
  const step = shade % SHADES;
  return `--family-${family}${step === 0 ? "" : `-${step}`}`;
}

/** A colour for a style: it follows the reader's colour scheme by itself. */
export const colourOf = (look: Look): string => `var(${colourName(look)})`;

/** True if a cell of a table names a family. */
export const isFamily = (name: string): name is Family => Object.hasOwn(FAMILIES, name);

/** Shades for things by their names: those of one family follow each other in the order in which they come. */
export function looksOf<T>(
  things: readonly T[],
  nameOf: (thing: T) => string,
  familyOf: (thing: T) => Family,
): ReadonlyMap<string, Look> {
  const looks = new Map<string, Look>();
  const taken = new Map<Family, number>();
  for (const thing of things) {
    const name = nameOf(thing);
    if (looks.has(name)) continue;
    const family = familyOf(thing);
    const shade = taken.get(family) ?? 0;
    taken.set(family, shade + 1);
    looks.set(name, {family, shade});
  }
  return looks;
}

/** The series of a row by its name: the colour of its family, in the shade that {@link looksOf} gives the name. */
export const seriesBy =
  <Row>(nameOf: (row: Row) => string, familyOf: (row: Row) => Family) =>
  (row: Row, rows: readonly Row[]): Look & {readonly name: string} => {
    const name = nameOf(row);
    return {name, ...looksOf(rows, nameOf, familyOf).get(name)!};
  };
