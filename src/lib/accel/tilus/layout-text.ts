import {composeLayouts, type Layout, PRIMITIVES} from "./layout.js";

/** Elements of the largest tile that is read from a text: what a page draws. */
export const MAX_TILE = 4096;

/** Operands of the tensor cores' product of 16 × 8 by 8 × 8, and of larger tiles of weights, by name. */
export const KNOWN_LAYOUTS = {
  "accumulator of m16n8k8": "local(2, 1).spatial(8, 4).local(1, 2)",
  "weights of m16n8k8": "column_spatial(4, 8).local(2, 1)",
  "weights, four products wide": "local(2, 4).column_spatial(4, 8).local(2, 1)",
  "a row for a thread": "spatial(32, 1).local(1, 16)",
  "a column for a thread": "column_local(16, 1).spatial(1, 32)",
} as const;

/**
 * A layout from its text: primitives, "local(2, 1)", joined by points.
 * @throws RangeError for an unknown primitive, sizes that are no integers of at least 1, or more than {@link MAX_TILE} elements.
 */
export function layoutOf(text: string): Layout {
  const layout = text
    .split(".")
    .map((part) => primitiveOf(part.trim()))
    .reduce(composeLayouts);
  const [rows, columns] = layout.shape;
  if (rows * columns > MAX_TILE) {
    throw new RangeError(`layoutOf: a tile must have at most ${MAX_TILE} elements, got ${rows} × ${columns}`);
  }
  return layout;
}

function primitiveOf(text: string): Layout {
  const found = /^(\w+)\(\s*(\d{1,4})\s*,\s*(\d{1,4})\s*\)$/.exec(text);
  const make = found && Object.hasOwn(PRIMITIVES, found[1]) ? PRIMITIVES[found[1]] : undefined;
  if (found === null || make === undefined) {
    throw new RangeError(
      `layoutOf: a part must be one of ${Object.keys(PRIMITIVES).join(", ")} with two sizes, as in "local(2, 1)", got ${JSON.stringify(text)}`,
    );
  }
  return make(Number(found[2]), Number(found[3]));
}
