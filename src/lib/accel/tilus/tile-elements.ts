import {type ElementFormat, e2m1, e2m3, e3m2, e4m3fn, fp3} from "../../formats/element.js";

/** A type of a tile's elements: its bits, and the number that each code stands for. */
export interface TileElement {
  readonly id: string;
  readonly bits: number;
  readonly values: Float64Array;
}

const codes = (bits: number) => Array.from({length: 2 ** bits}, (_, code) => code);

const uint = (bits: number): TileElement => ({
  id: `uint${bits}`,
  bits,
  values: Float64Array.from(codes(bits)),
});

/** Two's complement. */
const int = (bits: number): TileElement => ({
  id: `int${bits}`,
  bits,
  values: Float64Array.from(codes(bits), (code) => (code < 2 ** (bits - 1) ? code : code - 2 ** bits)),
});

const float = ({id, bits, values}: ElementFormat): TileElement => ({
  id,
  bits,
  values: Float64Array.from(values),
});

/** All element types that a tile may have: unsigned and signed integers of up to eight bits, and small floats. */
export const TILE_ELEMENTS: readonly TileElement[] = [
  ...Array.from({length: 8}, (_, i) => uint(i + 1)),
  ...Array.from({length: 7}, (_, i) => int(i + 2)),
  ...[fp3, e2m1, e2m3, e3m2, e4m3fn].map(float),
];
