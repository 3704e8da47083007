/** Quantizers of one tensor in a forward pass to int8: they watch it during calibration and pack it afterwards. */

import type {Format, Packed} from "../../formats/format.js";
import {type ObservedRange, type Observer, quantizationParameters} from "../../formats/observers.js";
import {roundHalfEven} from "../../formats/round.js";
import {elementCount, type Tensor} from "../../tensor/tensor.js";

/**
 * Tensors are [rows, columns] and become int8: a byte a number, and beside it only the scales that are the tensor's own.
 * @throws RangeError (encode, decode) if it needs calibration and has seen nothing, or a value is NaN.
 */
export interface Int8Quantizer extends Pick<Format, "encode" | "decode"> {
  /** Takes a batch of calibration into account. */
  observe(x: Tensor): void;
  /** Bytes of the scales that calibration fixed once for all: the model's, not the tensor's. */
  fixedBytes(): number;
}

/** Packs and unpacks x. */
export function rounded(quantizer: Pick<Format, "encode" | "decode">, x: Tensor): Tensor {
  return quantizer.decode(quantizer.encode(x));
}

/** int8 with the scales that an observer ends with. */
export function staticQuantizer(observer: Observer): Int8Quantizer {
  let range: ObservedRange | null = null;
  let found: Float32Array | null = null;
  const scales = (): Float32Array => {
    if (range === null) throw notCalibrated();
    found ??= quantizationParameters(range).scale;
    return found;
  };
  return {
    observe(x) {
      range = observer(range, x);
      found = null;
    },
    encode: (x) => packedInt8(x, {codes: codesOf(x, scales())}),
    decode: ({shape, parts}) => ({shape: [...shape], data: valuesOf(parts.codes!, shape.at(-1)!, scales())}),
    fixedBytes: () => scales().byteLength,
  };
}

/** int8 with a scale from each row itself. */
export function dynamicQuantizer(observer: Observer): Int8Quantizer {
  return {
    observe() {},
    encode(x) {
      const columns = x.shape.at(-1)!;
      const rows = x.data.length / columns;
      const codes = new Uint8Array(x.data.length);
      const scales = new Float32Array(rows);
      for (let row = 0; row < rows; row++) {
        const data = x.data.subarray(row * columns, (row + 1) * columns);
        const own = quantizationParameters(observer(null, {shape: [1, columns], data})).scale;
        codes.set(codesOf({shape: [1, columns], data}, own), row * columns);
        scales[row] = own[0];
      }
      return packedInt8(x, {codes, scales: new Uint8Array(scales.buffer)});
    },
    decode({shape, parts}) {
      const columns = shape.at(-1)!;
      const scales = new Float32Array(parts.scales!.slice().buffer);
      const data = new Float32Array(elementCount(shape));
      scales.forEach((_, row) => {
        const codes = parts.codes!.subarray(row * columns, (row + 1) * columns);
        data.set(valuesOf(codes, columns, scales.subarray(row, row + 1)), row * columns);
      });
      return {shape: [...shape], data};
    },
    fixedBytes: () => 0,
  };
}

/** Parts of a row that stand side by side, each with a quantizer of its own. */
export function partsQuantizer(
  widths: readonly number[],
  quantizers: readonly Int8Quantizer[],
): Int8Quantizer {
  const from = widths.map((_, i) => widths.slice(0, i).reduce((sum, width) => sum + width, 0));
  const part = (x: Tensor, i: number) => columnsOf(x, from[i], from[i] + widths[i]);
  return {
    observe(x) {
      quantizers.forEach((quantizer, i) => {
        quantizer.observe(part(x, i));
      });
    },
    encode(x) {
      const each = quantizers.map((quantizer, i) => quantizer.encode(part(x, i)).parts);
      return packedInt8(
        x,
        Object.fromEntries(
          each.flatMap((parts, i) => Object.entries(parts).map(([role, bytes]) => [`${role} ${i}`, bytes])),
        ),
      );
    },
    decode({shape, parts}) {
      const columns = shape.at(-1)!;
      const data = new Float32Array(elementCount(shape));
      const rows = data.length / columns;
      quantizers.forEach((quantizer, i) => {
        const width = widths[i];
        const own = Object.entries(parts).filter(([role]) => role.endsWith(` ${i}`));
        const roles = Object.fromEntries(own.map(([role, bytes]) => [role.split(" ")[0], bytes]));
        const values = quantizer.decode({format: "int8", shape: [rows, width], parts: roles}).data;
        for (let row = 0, at = 0; row < rows; row++) {
          const to = row * columns + from[i] + width;
          for (let place = to - width; place < to; place++) data[place] = values[at++];
        }
      });
      return {shape: [...shape], data};
    },
    fixedBytes: () => quantizers.reduce((sum, quantizer) => sum + quantizer.fixedBytes(), 0),
  };
}

/** The columns from .. to of x, [rows, to - from]. */
export function columnsOf({shape, data}: Tensor, from: number, to: number): Tensor {
  const columns = shape.at(-1)!;
  const rows = data.length / columns;
  const values = new Float32Array(rows * (to - from));
  // A view a row would be a hundred thousand views in an evaluation.
  for (let row = 0, at = 0; row < rows; row++) {
    for (let place = row * columns + from; place < row * columns + to; place++) values[at++] = data[place];
  }
  return {shape: [rows, to - from], data: values};
}

/** Packs int8 codes and their scales, if they have some of their own. */
export function packedInt8({shape}: Tensor, parts: Packed["parts"]): Packed {
  return {format: "int8", shape: [...shape], parts};
}

/** q = clamp(round(x / s), -128, 127) in float32, ties to even, in two's complement; scales share the columns out. */
function codesOf({shape, data}: Tensor, scales: Float32Array): Uint8Array {
  const perScale = shape.at(-1)! / scales.length;
  const codes = new Uint8Array(data.length);
  for (let from = 0, run = 0; from < data.length; from += perScale, run++) {
    const scale = scales[run % scales.length];
    for (let i = from; i < from + perScale; i++) {
      const quotient = Math.fround(data[i] / scale);
      if (Number.isNaN(quotient)) {
        throw new RangeError(`int8Quantizer: values must not be NaN, got ${data[i]} at index ${i}`);
      }
      codes[i] = roundHalfEven(Math.min(127, Math.max(-128, quotient)));
    }
  }
  return codes;
}

function valuesOf(codes: Uint8Array, columns: number, scales: Float32Array): Float32Array {
  const perScale = columns / scales.length;
  const values = new Float32Array(codes.length);
  for (let from = 0, run = 0; from < codes.length; from += perScale, run++) {
    const scale = scales[run % scales.length];
    for (let i = from; i < from + perScale; i++) values[i] = ((codes[i] << 24) >> 24) * scale;
  }
  return values;
}

/** The error of a static quantizer that has seen nothing. */
export function notCalibrated(): RangeError {
  return new RangeError("int8Quantizer: a static quantizer must have seen a calibration text, got none");
}
