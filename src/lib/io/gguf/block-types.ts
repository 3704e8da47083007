/**
 * The element types of a GGUF file: how many elements stand in one block and how many bytes it takes. What the bytes
 * mean is for the number formats to say.
 * Source: https://github.com/ggml-org/ggml, include/ggml.h (`ggml_type`) and src/ggml-common.h.
 */
export interface BlockType {
  readonly id: number;
  /** As ggml names it: `q4_0`, `q6_K`. */
  readonly name: string;
  readonly elements: number;
  readonly bytes: number;
}

const TYPES: readonly BlockType[] = (
  [
    [0, "f32", 1, 4],
    [1, "f16", 1, 2],
    [2, "q4_0", 32, 18],
    [3, "q4_1", 32, 20],
    [6, "q5_0", 32, 22],
    [7, "q5_1", 32, 24],
    [8, "q8_0", 32, 34],
    [9, "q8_1", 32, 36],
    [10, "q2_K", 256, 84],
    [11, "q3_K", 256, 110],
    [12, "q4_K", 256, 144],
    [13, "q5_K", 256, 176],
    [14, "q6_K", 256, 210],
    [15, "q8_K", 256, 292],
    [16, "iq2_xxs", 256, 66],
    [17, "iq2_xs", 256, 74],
    [18, "iq3_xxs", 256, 98],
    [19, "iq1_s", 256, 50],
    [20, "iq4_nl", 32, 18],
    [21, "iq3_s", 256, 110],
    [22, "iq2_s", 256, 82],
    [23, "iq4_xs", 256, 136],
    [24, "i8", 1, 1],
    [25, "i16", 1, 2],
    [26, "i32", 1, 4],
    [27, "i64", 1, 8],
    [28, "f64", 1, 8],
    [29, "iq1_m", 256, 56],
    [30, "bf16", 1, 2],
    [34, "tq1_0", 256, 54],
    [35, "tq2_0", 256, 66],
    [39, "mxfp4", 32, 17],
    [40, "nvfp4", 64, 36],
    [41, "q1_0", 128, 18],
  ] as const
).map(([id, name, elements, bytes]) => ({id, name, elements, bytes}));

const BY_ID = new Map(TYPES.map((type) => [type.id, type]));

/** The type with this number in a file, or undefined if there is none of a known size. */
export function blockType(id: number): BlockType | undefined {
  return BY_ID.get(id);
}

const BY_NAME = new Map(TYPES.map((type) => [type.name, type]));

/** The type that ggml calls so, or undefined if there is none. */
export function blockTypeOf(name: string): BlockType | undefined {
  return BY_NAME.get(name);
}

/** Types that files have or had and whose blocks are not known here, by their numbers. */
const OTHERS: Readonly<Record<number, string>> = {
  4: "q4_2",
  5: "q4_3",
  31: "q4_0_4_4",
  32: "q4_0_4_8",
  33: "q4_0_8_8",
  36: "iq4_nl_4_4",
  37: "iq4_nl_4_8",
  38: "iq4_nl_8_8",
  42: "q2_0",
};

/** The number of a type in words: with its name where there is one. */
export function typeInWords(id: number): string {
  const name = BY_ID.get(id)?.name ?? (Object.hasOwn(OTHERS, id) ? OTHERS[id] : undefined);
  return name === undefined ? String(id) : `${id}, ${name}`;
}

/** Names of all types, for messages. */
export const BLOCK_TYPE_NAMES: readonly string[] = TYPES.map(({name}) => name);
