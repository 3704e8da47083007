import {plainKvCache} from "../../engine/cache/kv-cache.js";
import {packedKvCache} from "../../engine/cache/packed-kv-cache.js";
import {forward} from "../../engine/decoder/decoder.js";
import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import {forwardMamba} from "../../engine/mamba/mamba.js";
import {mambaCache} from "../../engine/mamba/mamba-cache.js";
import {mambaOf} from "../../engine/mamba/mamba-weights.js";
import {decoderTokenOperations, mambaTokenOperations} from "../../engine/token-operations.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import type {Row} from "../../experiment/columns.js";
import {experiment, type Work} from "../../experiment/experiment.js";
import type {Format} from "../../formats/format.js";
import {formats} from "../../formats/registry.js";
import {packedMambaCache} from "../../ssm/quantize/packed-mamba-cache.js";
import {draws, randomStream} from "../../tensor/random.js";
import {DECODERS, decoderWeights} from "../shared/decoders.js";
import {MAMBAS, mambaWeights} from "./mambas.js";
import {isMamba, needsOfReaders, READER_NEEDS, type ReaderId, readersParam} from "./readers.js";

/** Tokens before the one that is read: powers of two from here on. */
const SHORTEST = 16;
/** Times that are taken, each the mean over as many tokens as last this many milliseconds: clocks of pages are coarse. */
const [TIMED, LEAST_TIMED] = [9, 4];
/** Tokens read before, so that compilers are done; and the most that one time is the mean of. */
const [WARM_UP, MOST_STEPS] = [150, 200];

const columns = {
  model: {type: "string", label: "Model"},
  context: {type: "integer", label: "Context", unit: "tokens"},
  format: {type: "string", label: "Format of the memory"},
  memoryBytes: {
    type: "integer",
    label: "Memory of the text, packed",
    unit: "bytes",
    provenance: "measured",
  },
  memoryAgainst: {
    type: "number",
    label: "Memory, in tokens of decoder-small's cache",
    unit: "tokens",
    provenance: "measured",
  },
  weightBytes: {type: "integer", label: "Weights in float16", unit: "bytes", provenance: "measured"},
  operations: {type: "integer", label: "Operations for one more token", provenance: "modelled"},
  time: {
    type: "number",
    label: "Time of one more token, median",
    unit: "ms",
    provenance: "measured",
    nullable: true,
  },
  timeLow: {
    type: "number",
    label: "Time, lower quartile",
    unit: "ms",
    provenance: "measured",
    nullable: true,
  },
  timeHigh: {
    type: "number",
    label: "Time, upper quartile",
    unit: "ms",
    provenance: "measured",
    nullable: true,
  },
} as const;

/** A state of fixed size beside a cache that grows: what each holds, and what one more token costs. */
export const stateAgainstCache = experiment({
  id: "ssm/state-against-cache",
  title: "State against cache",
  question: "What does a text cost a model that keeps a state, and one that keeps every token?",
  source: "Mamba, arXiv:2312.00752, section 3.1; Mamba2, arXiv:2405.21060",
  params: {
    models: readersParam,
    longest: {
      kind: "choice",
      label: "Longest context",
      options: [1024, 4096, 16384],
      default: 4096,
    },
    format: {
      kind: "choice",
      label: "Format of the memory",
      help: "Keys and values token by token; of a state-space model the states of its scans and convolutions.",
      options: ["fp32", "fp16", "int8", "int4"],
      names: {fp32: "FP32", fp16: "FP16", int8: "INT8", int4: "INT4"},
      default: "fp16",
    },
    measureTime: {
      kind: "flag",
      label: "Measure time",
      help: "Of one token on your machine, in this engine, with a memory in float32: a run takes a few seconds, and another run gives other numbers.",
      default: false,
    },
  },
  columns,
  needs: READER_NEEDS,
  needsOf: needsOfReaders,
  sweep: [{}, {format: "fp32"}, {format: "int8"}],
  async run({models, longest, format, measureTime}, work) {
    const rows: CostRow[] = [];
    const unit = memoryBytes("decoder-small", formats[format], 1);
    const contexts = contextsTo(longest);
    for (const [at, model] of models.entries()) {
      const timed = measureTime ? await stepper(model, work.data) : undefined;
      for (const [n, context] of contexts.entries()) {
        await work.progress((at + n / contexts.length) / models.length, `${model}, ${context} tokens`);
        const bytes = memoryBytes(model, formats[format], context);
        rows.push({
          model,
          context,
          format,
          memoryBytes: bytes,
          memoryAgainst: bytes / unit,
          weightBytes: weightBytes(model, work.data),
          operations: operations(model, context),
          ...(timed ? stepTime(timed(context), work.clock) : {time: null, timeLow: null, timeHigh: null}),
          provenance: "measured",
        });
      }
    }
    return rows;
  },
});

type CostRow = Row<typeof columns>;

function contextsTo(longest: number): number[] {
  return Array.from({length: Math.log2(longest / SHORTEST) + 1}, (_, i) => SHORTEST * 2 ** i);
}

/** Counted on a packed cache: of one token where every token packs the same, of any text where it is a state. */
function memoryBytes(model: ReaderId, format: Format, context: number): number {
  if (isMamba(model)) {
    const {conv, scan} = packedMambaCache(MAMBAS[model], () => ({conv: format, scan: format})).bytes();
    return conv + scan;
  }
  const {layers, kvHeads, headDim} = DECODERS[model];
  const cache = packedKvCache(DECODERS[model], format);
  const token = new Float32Array(kvHeads * headDim);
  for (let layer = 0; layer < layers; layer++) cache.append(layer, token, token, Int32Array.of(0));
  return context * cache.bytes();
}

function weightBytes(model: ReaderId, data: Work["data"]): number {
  const {tensors} = isMamba(model) ? mambaWeights(model, data) : decoderWeights(model, data);
  return [...tensors.values()].reduce((sum, {data: {length}}) => sum + 2 * length, 0);
}

function operations(model: ReaderId, context: number): number {
  return isMamba(model)
    ? mambaTokenOperations(MAMBAS[model])
    : decoderTokenOperations(DECODERS[model], context);
}

/** Makes for a context what reads one token after it, always from the same memory. */
async function stepper(model: ReaderId, data: Work["data"]): Promise<(context: number) => () => void> {
  const options = {backend: await wasmBackend()};
  if (isMamba(model)) {
    const made = await mambaOf(mambaWeights(model, data), options);
    // The state has the same numbers after any text, so its own zeros do.
    return () => () => forwardMamba(made, [1], {cache: mambaCache(made.config)});
  }
  const made = await decoderOf(decoderWeights(model, data), options);
  return (context) => {
    const cache = filledCache(model, context);
    return () => {
      forward(made, [1], {cache});
      cache.truncate(context);
    };
  };
}

/** Drawn keys and values: a pass takes as long over these as over those of a text. */
function filledCache(model: Exclude<ReaderId, `mamba${string}`>, context: number) {
  const {layers, kvHeads, headDim} = DECODERS[model];
  const cache = plainKvCache(DECODERS[model]);
  const stream = randomStream(1, `state-against-cache/${model}`);
  const positions = Int32Array.from({length: context}, (_, t) => t);
  const token = draws(context * kvHeads * headDim, () => stream.normal());
  for (let layer = 0; layer < layers; layer++) cache.append(layer, token, token, positions);
  cache.length = context;
  return cache;
}

function stepTime(step: () => void, clock: () => number): Pick<CostRow, "time" | "timeLow" | "timeHigh"> {
  const mean = (steps: number) => {
    const began = clock();
    for (let i = 0; i < steps; i++) step();
    return (clock() - began) / steps;
  };
  mean(WARM_UP);
  const steps = Math.min(MOST_STEPS, Math.max(1, Math.ceil(LEAST_TIMED / Math.max(mean(WARM_UP), 1e-6))));
  const times = Array.from({length: TIMED}, () => mean(steps)).sort((a, b) => a - b);
  const at = (share: number) => times[Math.round(share * (TIMED - 1))];
  return {time: at(0.5), timeLow: at(0.25), timeHigh: at(0.75)};
}
