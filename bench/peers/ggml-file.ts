/** A GGUF file through ggml's own loader: what it says of the tensors, and their values as ggml decodes them. */
import {readFileSync} from "node:fs";
import {ggmlLibrary} from "./ggml.js";

/** A tensor as ggml finds it. */
export interface GgmlTensor {
  readonly name: string;
  /** As ggml names it: `q4_0`. */
  readonly type: string;
  /** The float32 values of its bytes. */
  values(): Float32Array;
}

/** Functions that decode types which have no blocks. */
const PLAIN: Readonly<Record<string, string>> = {f16: "ggml_fp16_to_fp32_row", bf16: "ggml_bf16_to_fp32_row"};

/**
 * The tensors of a file, in its order.
 * @returns null where there is no library for this machine
 * @throws Error if ggml does not take the file.
 */
export async function ggmlTensors(path: string): Promise<readonly GgmlTensor[] | null> {
  const library = await ggmlLibrary();
  if (library === null) return null;
  const {default: koffi} = await import("koffi");
  const params = koffi.struct({no_alloc: "bool", ctx: "void*"});
  const open = library.func("gguf_init_from_file", "void*", ["str", params]);
  const number = (name: string, ...rest: string[]) => {
    const call = library.func(name, "int64_t", ["void*", ...rest]);
    return (...given: readonly unknown[]) => Number(call(...given));
  };
  const nameOf = library.func("gguf_get_tensor_name", "str", ["void*", "int64_t"]);
  const typeName = library.func("ggml_type_name", "str", ["int"]);
  const [count, start] = [number("gguf_get_n_tensors"), number("gguf_get_data_offset")];
  const [offset, size] = [
    number("gguf_get_tensor_offset", "int64_t"),
    number("gguf_get_tensor_size", "int64_t"),
  ];
  const typeOf = library.func("gguf_get_tensor_type", "int", ["void*", "int64_t"]);
  const file = open(path, {no_alloc: true, ctx: null});
  if (file === null) throw new Error(`${path}: ggml does not take the file`);
  const bytes = new Uint8Array(readFileSync(path));
  return Array.from({length: count(file)}, (_, i) => {
    const type: string = typeName(typeOf(file, i));
    const first = start(file) + offset(file, i);
    return {
      name: nameOf(file, i),
      type,
      values: () => decoded(library, type, bytes.subarray(first, first + size(file, i))),
    };
  });
}

function decoded(
  library: NonNullable<Awaited<ReturnType<typeof ggmlLibrary>>>,
  type: string,
  bytes: Uint8Array,
): Float32Array {
  if (type === "f32") return new Float32Array(bytes.slice().buffer);
  const [elements, length] = ["ggml_blck_size", "ggml_type_size"].map((name) =>
    library.func(name, "int64_t", ["int"]),
  );
  const id = library.func("ggml_type_name", "str", ["int"]);
  const number = Array.from({length: 64}, (_, each) => each).find((each) => id(each) === type)!;
  const values = new Float32Array((bytes.length / Number(length(number))) * Number(elements(number)));
  const decode = library.func(PLAIN[type] ?? `dequantize_row_${type}`, "void", [
    "void*",
    "float*",
    "int64_t",
  ]);
  decode(bytes, values, values.length);
  return values;
}
