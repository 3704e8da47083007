import {formatById} from "../../formats/registry.js";
import {type BlockType, blockTypeOf} from "../../io/gguf/block-types.js";

/** Formats whose elements stand by themselves, by the names that GGUF has for them. */
const PLAIN: Readonly<Record<string, string>> = {fp32: "f32", fp16: "f16", bf16: "bf16"};

/** The type of GGUF that holds a format, or undefined where there is none. @throws RangeError for an id that no format has. */
export function ggufTypeOf(formatId: string): BlockType | undefined {
  const {id, layout} = formatById(formatId);
  if (Object.hasOwn(PLAIN, id)) return blockTypeOf(PLAIN[id]);
  return layout === "blocks" ? blockTypeOf(id.replace(/^ggml_/, "")) : undefined;
}

/** The format that writes a type of GGUF. */
export function formatOfType({name}: BlockType): string {
  const plain = Object.keys(PLAIN).find((id) => PLAIN[id] === name);
  return plain ?? (name === "mxfp4" || name === "nvfp4" ? `ggml_${name}` : name);
}

/** Types of blocks of 32 in the place of those of 256, of about as many bits. */
const SMALLER: Readonly<Record<string, string>> = {
  q2_K: "iq4_nl",
  q3_K: "iq4_nl",
  q4_K: "q5_0",
  q5_K: "q5_1",
  q6_K: "q8_0",
  iq3_s: "iq4_nl",
  iq4_xs: "iq4_nl",
  tq1_0: "q4_0",
  tq2_0: "q4_0",
  nvfp4: "mxfp4",
};

/**
 * The type in which rows of that width are written: the one that is wanted, or where its blocks do not fit one with smaller
 * blocks, or F16.
 * Source: https://github.com/ggml-org/llama.cpp, src/llama-quant.cpp, whose own tool falls back so.
 */
export function fittingType(wanted: BlockType, columns: number): BlockType {
  for (let type: BlockType | undefined = wanted; type !== undefined; ) {
    if (columns % type.elements === 0) return type;
    type = Object.hasOwn(SMALLER, type.name) ? blockTypeOf(SMALLER[type.name]) : undefined;
  }
  return blockTypeOf("f16")!;
}

/**
 * The format in which rows of that width are written for one that is asked for: itself, unless it is one of ggml's whose blocks do
 * not divide them.
 * @throws RangeError for an id that no format has.
 */
export function fittingFormat(formatId: string, columns: number): string {
  const {id, layout} = formatById(formatId);
  const type = layout === "blocks" ? ggufTypeOf(id) : undefined;
  return type === undefined ? id : formatOfType(fittingType(type, columns));
}

/** Numbers by which a file says the type of most of its elements. (llama.h, `llama_ftype`) */
const FILE_TYPES: Readonly<Record<string, number>> = {
  f32: 0,
  f16: 1,
  q4_0: 2,
  q4_1: 3,
  q8_0: 7,
  q5_0: 8,
  q5_1: 9,
  q2_K: 10,
  q3_K: 11,
  q4_K: 14,
  q5_K: 16,
  q6_K: 18,
  iq4_nl: 25,
  iq3_s: 26,
  iq4_xs: 30,
  bf16: 32,
  tq1_0: 36,
  tq2_0: 37,
  mxfp4: 38,
  nvfp4: 39,
};

/** The number of the type that most elements have, or undefined where it has none. */
export function fileTypeOf(
  tensors: readonly {readonly type: BlockType; readonly byteLength: number}[],
): number | undefined {
  const elements = new Map<string, number>();
  for (const {type, byteLength} of tensors) {
    elements.set(type.name, (elements.get(type.name) ?? 0) + (byteLength / type.bytes) * type.elements);
  }
  const [most] = [...elements].sort(([, a], [, b]) => b - a);
  return most && FILE_TYPES[most[0]];
}
