import {readFileSync} from "node:fs";

/** Sum of a list. */
export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** A number with its thousands apart. */
export const apart = (value: number): string => value.toLocaleString("en");

/** Shapes of the tensors of a safetensors file. */
export function shapesOf(path: string): Readonly<Record<string, readonly number[]>> {
  const bytes = readFileSync(path);
  const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE())).toString());
  const {__metadata__: _, ...tensors} = header;
  return Object.fromEntries(
    Object.entries<{shape: number[]}>(tensors).map(([name, {shape}]) => [name, shape]),
  );
}

/** Numbers in all tensors of a safetensors file. */
export const sizeOf = (path: string): number =>
  sum(Object.values(shapesOf(path)).map((shape) => shape.reduce((n, side) => n * side, 1)));
