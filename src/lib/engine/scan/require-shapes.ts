import {requireInteger} from "../../tensor/require.js";

/** @throws RangeError if an array that is there has not as many numbers as its shape. */
export function requireLengths(
  where: string,
  arrays: Readonly<Record<string, readonly [array: Float64Array | undefined, shape: readonly number[]]>>,
): void {
  for (const [name, [array, shape]] of Object.entries(arrays)) {
    const count = shape.reduce((product, size) => product * size, 1);
    if (array !== undefined && array.length !== count) {
      throw new RangeError(
        `${where}: ${name} must hold [${shape.join(", ")}] = ${count} numbers, got ${array.length}`,
      );
    }
  }
}

/** @throws RangeError unless `groups` is a size that divides the `total` things that it groups. */
export function requireGroups(where: string, groups: number, total: number): void {
  requireInteger(where, "groups", groups, 1);
  if (total % groups !== 0) throw new RangeError(`${where}: groups must divide ${total}, got ${groups}`);
}
