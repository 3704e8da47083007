import {ggufModelProblem, type Metadata, textAt} from "./metadata.js";

/** A family of models as GGUF stores it. */
export interface GgufFamily {
  /** The `general.architecture` of its files. */
  readonly id: string;
  /** The `model_type` and the architecture that its config.json would name. */
  readonly modelType: string;
  readonly architecture: string;
  /** Whether the rows of queries and keys stand in the order of neighbouring pairs. */
  readonly isPermuted: boolean;
}

/** The families that are read. Mistral's and many others' files call themselves llama. */
const FAMILIES: readonly GgufFamily[] = [
  {id: "llama", modelType: "llama", architecture: "LlamaForCausalLM", isPermuted: true},
  {id: "qwen2", modelType: "qwen2", architecture: "Qwen2ForCausalLM", isPermuted: false},
];

/** The family of a file. @throws FormatError with kind `unknown-architecture` naming those that are read. */
export function ggufFamily(metadata: Metadata): GgufFamily {
  const id = textAt(metadata, "general.architecture");
  const family = FAMILIES.find((each) => each.id === id);
  if (family !== undefined) return family;
  const allowed = `one of ${FAMILIES.map((each) => each.id).join(", ")}`;
  throw ggufModelProblem("unknown-architecture", "general.architecture", id ?? "none", allowed);
}
