/** The parameter of weights that a model's files hold packed. */
import type {LoadOptions} from "../../engine/decoder/load-decoder.js";

/** Choice of the form in which a model multiplies by matrices that its files hold packed. */
export const packedParam = {
  kind: "choice",
  label: "Packed weights",
  help: "Matrices that a GGUF file or our safetensors hold as blocks stay so in memory: multiplied by activations in float32, or rounded to 8 bits as llama.cpp does; or all are unpacked to float32. What the kernels do not take, the table of tokens and the norms are float32.",
  options: ["f32", "int8", "unpacked"],
  default: "f32",
} as const;

/** The option of loading that a value of {@link packedParam} stands for. */
export const packedOption = ({
  packed,
}: {
  readonly packed: (typeof packedParam.options)[number];
}): Pick<LoadOptions, "packed"> => (packed === "unpacked" ? {} : {packed});
