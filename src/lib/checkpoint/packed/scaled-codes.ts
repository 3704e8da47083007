import {integerDecoder} from "../../io/dtypes.js";
import type {SafetensorsTensor} from "../safetensors-tensor.js";
import type {Packing, RawTensors, UnpackedWeight} from "./packing.js";
import {allFloats, modulesWith, packingProblem, requireDtype} from "./packing.js";

/** Codes of FP8 or INT8 with a scale for the tensor, for each row, or for each block of rows and columns. */
export interface ScaledCodes {
  readonly codes: SafetensorsTensor;
  readonly scales: SafetensorsTensor;
  /** Subtracted from the codes before the scale is applied; of the scales' shape. */
  readonly zeros?: SafetensorsTensor;
  /** Rows and columns of a block where the config names them; else they follow from the shapes. */
  readonly block?: readonly number[];
}

/** Endings of the names of scales beside `weight`. DeepSeek calls `_inv` what is multiplied all the same. */
const SCALES = ["weight_scale_inv", "weight_scale", "scale_weight"];
/** Scales beside a weight that are not the weight's: of activations, and of what a cache holds. */
const OTHER_SCALES = /^(input_|output_|activation_|[qkv]_)?(scale|scale_ub)$|^scale_(input|output)$/;

/** Weights of FP8 with a scale, as DeepSeek-V3, the FBGEMM kernels and transformers store them. */
export const fp8: Packing = {
  id: "fp8",
  async unpack(raw, config) {
    const block = config.get("weight_block_size");
    const isBlock =
      Array.isArray(block) &&
      block.length === 2 &&
      block.every((size) => Number.isSafeInteger(size) && Number(size) > 0);
    if (block !== undefined && block !== null && !isBlock) {
      throw packingProblem("bad-value", "quantization_config: weight_block_size", block, "two sizes");
    }
    return fp8Weights(raw, isBlock ? block.map(Number) : undefined, true);
  },
};

/** The same under the name that the FBGEMM kernels have. */
export const fbgemmFp8: Packing = {id: "fbgemm_fp8", unpack: async (raw) => fp8Weights(raw, undefined, true)};

/**
 * Every FP8 weight that has a scale beside it.
 * @param isRequired whether an FP8 weight without one is an error
 */
export function fp8Weights(
  raw: RawTensors,
  block: readonly number[] | undefined,
  isRequired: boolean,
): UnpackedWeight[] {
  const unknown = oddScales(raw);
  return modulesWith(raw, "weight").flatMap((module) => {
    const codes = raw.get(`${module}.weight`)!;
    if (!codes.dtype.startsWith("F8_")) return [];
    const scales = SCALES.map((name) => raw.get(`${module}.${name}`)).find((each) => each !== undefined);
    if (scales !== undefined) return [scaledWeight({codes, scales, ...(block && {block})})];
    const odd = unknown.get(module);
    if (odd !== undefined) {
      const allowed = `one of ${SCALES.join(", ")}: what it does to ${codes.name} is not known`;
      throw packingProblem("unsupported", "scale", odd, allowed);
    }
    if (!isRequired) return [];
    throw packingProblem(
      "missing-tensor",
      `${module}.weight_scale`,
      "none",
      `the scale of ${codes.name}, which config.json says is quantized`,
    );
  });
}

/** Tensors that by their names scale something, and no one knows what, by the modules they belong to. */
function oddScales(raw: RawTensors): ReadonlyMap<string, string> {
  const odd = new Map<string, string>();
  for (const name of raw.keys()) {
    const at = name.lastIndexOf(".");
    const part = name.slice(at + 1);
    const isKnown = OTHER_SCALES.test(part) || SCALES.includes(part);
    if (part.includes("scale") && !isKnown) odd.set(name.slice(0, at), name);
  }
  return odd;
}

/** A weight of codes times scales. @throws FormatError with kind `bad-shape` or `bad-dtype`. */
export function scaledWeight(parts: ScaledCodes): UnpackedWeight {
  const {codes, scales, zeros} = parts;
  requireDtype(codes, "F8_E4M3", "F8_E5M2", "I8");
  requireDtype(scales, "F32", "BF16", "F16", "F64");
  if (zeros) requireDtype(zeros, "I8", "I32", codes.dtype);
  const grid = gridOf(parts);
  return {
    from: [codes, scales, ...(zeros ? [zeros] : [])],
    tensor: {
      name: codes.name,
      shape: codes.shape,
      dtype: `${codes.dtype} with ${scales.name.slice(codes.name.lastIndexOf(".") + 1)}`,
      bytes: codes.bytes + scales.bytes + (zeros?.bytes ?? 0),
      partStep: 1,
      unreadable: null,
      async readElements(first, count) {
        const factors = await allFloats(scales);
        const offsets = zeros && (await numbersOf(zeros));
        const values = await readCodes(codes, first, count);
        for (let i = 0; i < count; i++) {
          const at = grid.scaleOf(first + i);
          values[i] = (values[i] - (offsets?.[at] ?? 0)) * factors[at];
        }
        return values;
      },
    },
  };
}

async function readCodes(codes: SafetensorsTensor, first: number, count: number): Promise<Float32Array> {
  if (codes.unreadable === null) return codes.readElements(first, count);
  const bytes = await codes.readBytes(first, count);
  return Float32Array.from(new Int8Array(bytes.buffer, bytes.byteOffset, count));
}

async function numbersOf(tensor: SafetensorsTensor): Promise<ArrayLike<number>> {
  return integerDecoder(tensor.dtype as "I8") ? tensor.readIntegers() : allFloats(tensor);
}

/** Place of the scale of an element, by its place in the tensor. */
interface Grid {
  scaleOf(element: number): number;
}

/** One scale for all; one for each row; or one for each block of the last two axes, for each matrix where there are several. */
function gridOf({codes, scales, block}: ScaledCodes): Grid {
  const [rows, columns] = [codes.shape.at(-2) ?? 1, codes.shape.at(-1) ?? 1];
  const count = scales.shape.reduce((product, size) => product * size, 1);
  if (count === 1) return {scaleOf: () => 0};
  const perRow = scales.shape.length < codes.shape.length;
  const [down, across] = perRow
    ? [scales.shape.at(-1) ?? 1, 1]
    : [scales.shape.at(-2) ?? 1, scales.shape.at(-1) ?? 1];
  const matrices = codes.shape.slice(0, -2).reduce((product, size) => product * size, 1);
  const height = sizeOf(rows, down, block?.[0]);
  const width = sizeOf(columns, across, block?.[1]);
  if (height === undefined || width === undefined || count !== matrices * down * across) {
    const allowed = `scales for the tensor, for each row, or for each block of [${codes.shape.join(", ")}]`;
    throw packingProblem("bad-shape", scales.name, `[${scales.shape.join(", ")}]`, allowed);
  }
  return {
    scaleOf(element) {
      const [line, column] = [Math.floor(element / columns), element % columns];
      const matrix = Math.floor(line / rows);
      const place = Math.floor((line % rows) / height) * across + Math.floor(column / width);
      return matrix * down * across + place;
    },
  };
}

/** Elements that each of `parts` blocks covers, or undefined where that many blocks do not follow from the shapes. */
function sizeOf(size: number, parts: number, block: number | undefined): number | undefined {
  if (parts === 1) return size;
  if (parts === size) return 1;
  if (block !== undefined) return Math.ceil(size / block) === parts ? block : undefined;
  return size % parts === 0 ? size / parts : undefined;
}
