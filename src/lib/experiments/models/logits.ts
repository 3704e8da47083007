import {type Backend, referenceBackend} from "../../engine/backend.js";
import {argmax, readOn, tokensAfter} from "../../engine/generate.js";
import {openModel} from "../../engine/language-model.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {experiment} from "../../experiment/experiment.js";
import {tokenIds} from "./token-ids.js";

const BACKENDS: Readonly<Record<"wasm" | "reference", () => Backend | Promise<Backend>>> = {
  wasm: wasmBackend,
  reference: () => referenceBackend,
};

const measured = {provenance: "measured"} as const;

/** Logits of a model folder for a prompt, for anyone who compares engines. */
export const logits = experiment({
  id: "models/logits",
  title: "Logits of a model of your own",
  question: "What does this model compute for a prompt, and what does it write?",
  source: "the engine's definition of the model's architecture",
  params: {
    model: {
      kind: "file",
      label: "Model",
      help: "A folder with config.json and safetensors, or a GGUF file.",
      holds: "folder",
      accepts: "model folder or GGUF file",
      required: true,
      default: null,
    },
    ids: {
      kind: "text",
      label: "Prompt",
      help: "Token ids between commas, such as 5,17,3.",
      maxLength: 1_000_000,
      default: "0",
    },
    greedy: {
      kind: "integer",
      label: "Steps",
      help: "Tokens that greedy decoding adds.",
      min: 0,
      // Each step attends to all before it.
      max: 16_384,
      default: 0,
    },
    backend: {
      kind: "choice",
      label: "Backend",
      help: "What computes: wasm, or reference, the definition in float64 sums.",
      options: Object.keys(BACKENDS) as (keyof typeof BACKENDS)[],
      default: "wasm",
    },
  },
  columns: {
    position: {type: "integer", label: "Position in the prompt"},
    id: {type: "integer", label: "Token"},
    logits: {
      type: "numbers",
      label: "Logit of every token of the vocabulary",
      precision: "float32",
      provenance: "measured",
    },
  },
  tables: {
    greedy: {
      step: {type: "integer", label: "Step"},
      id: {type: "integer", label: "Token that is added"},
    },
    unused: {
      tensor: {type: "string", label: "Tensor of the file that no part of the model takes"},
    },
  },
  needs: [],
  sweep: [],
  async run({model: folder, ids: listed, greedy, backend}, {memory, progress}) {
    const ids = tokenIds("logits", "ids", listed);
    const limits = memory === undefined ? {} : {maxBytes: memory};
    const model = await openModel(folder!, {backend: await BACKENDS[backend](), ...limits});
    const read = model.read();
    const {promptLogits} = readOn(read, ids, 0);
    const at = (t: number) => promptLogits.subarray(t * model.vocabSize, (t + 1) * model.vocabSize);
    const tokens: number[] = [];
    const after = tokensAfter(read, at(ids.length - 1), argmax);
    while (tokens.length < greedy) {
      tokens.push(after.next().value.token);
      await progress(tokens.length / greedy, "greedy decoding");
    }
    return {
      rows: ids.map((id, position) => ({position, id, logits: Array.from(at(position)), ...measured})),
      greedy: tokens.map((id, step) => ({step, id, ...measured})),
      unused: model.unused.map((tensor) => ({tensor, ...measured})),
    };
  },
});
