import type {Format, Packed} from "../../../lib/formats/format.js";
import {bitsPerElement, unpackCodes} from "../../../lib/formats/pack.js";
import {tensor} from "../../../lib/tensor/tensor.js";

/** One value of a block: what went in, the code it became, what the code stands for, what comes out. */
export interface BlockCell {
  readonly x: number;
  readonly code: number;
  readonly bits: string;
  /** Value of the code before scaling, as the decoder has it. */
  readonly element: number;
  readonly decoded: number;
  readonly error: number;
  /** The code stands for something else than the format's codebook says: a special value. */
  readonly special: boolean;
}

export interface BlockView {
  /** The bytes that everything else was read from. */
  readonly packed: Packed;
  readonly scale: number;
  readonly cells: readonly BlockCell[];
  readonly squaredError: number;
  /** Counted from the bytes of the block: its codes and its scale. */
  readonly bitsPerElement: number;
  /** Bits that a tensor stores once, whatever the number of its blocks. */
  readonly bitsOnce: number;
}

/**
 * Packs `values` as a tensor of one block and looks at what came out. Nothing is told by the format but its bytes
 * and what they decode to: the scale is the one that explains most decoded values.
 */
export function blockView(format: Format, values: readonly number[]): BlockView {
  const packed = format.encode(tensor(values, [1, values.length]));
  const {data} = format.decode(packed);
  const codes = unpackCodes(packed.parts.codes, format.codebook.bits, values.length);
  const scale = commonScale(format.codebook.values, codes, data);
  const cells = values.map((value, i) => {
    const x = Math.fround(value);
    const code = codes[i];
    const listed = format.codebook.values[code];
    const special = data[i] !== 0 && !nearly(listed * scale, data[i]);
    return {
      x,
      code,
      bits: code.toString(2).padStart(format.codebook.bits, "0"),
      element: special ? Number((data[i] / scale).toPrecision(6)) : listed,
      decoded: data[i],
      error: data[i] - x,
      special,
    };
  });
  const squaredError = cells.reduce((sum, {error}) => sum + error * error, 0);
  const bitsOnce = 8 * (packed.parts.tensorScale?.byteLength ?? 0);
  return {
    packed,
    scale,
    cells,
    squaredError,
    bitsPerElement: bitsPerElement(packed) - bitsOnce / values.length,
    bitsOnce,
  };
}

function commonScale(codebook: readonly number[], codes: ArrayLike<number>, data: Float32Array): number {
  const votes = new Map<number, number>();
  data.forEach((value, i) => {
    const listed = codebook[codes[i]];
    if (value === 0 || listed === 0) return;
    const scale = Number((value / listed).toPrecision(6));
    votes.set(scale, (votes.get(scale) ?? 0) + 1);
  });
  const [winner] = [...votes].sort((a, b) => b[1] - a[1]);
  return winner?.[0] ?? 0;
}

/** Equal but for the float32 roundings of the products in a decoder. */
function nearly(a: number, b: number): boolean {
  return Math.abs(a - b) <= 4e-6 * Math.abs(b);
}
