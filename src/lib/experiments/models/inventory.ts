import {compose} from "../../accel/compose.js";
import {fitMemory} from "../../accel/footprint.js";
import {costModel} from "../../accel/hf-config.js";
import type {Machine} from "../../accel/machine.js";
import {MACHINES} from "../../accel/machines.js";
import {isCausal, type Model} from "../../accel/model.js";
import {experiment} from "../../experiment/experiment.js";
import {isPlanned} from "../../plan/tensor-parts.js";
import {elementCount} from "../../tensor/tensor.js";
import {formatChoice} from "../accel/format-choice.js";
import {CACHES} from "../kv/caches.js";
import {checkpointParam} from "./checkpoint-param.js";
import {type Inspection, inspectFolder} from "./inspection.js";
import {cacheBytes, PLANNED_CACHES} from "./plan/caches.js";
import {openPlanned, type PlannedModel} from "./plan/planned-model.js";

/** Formats of the weights in which a machine is asked whether the model fits. */
const WEIGHTS = ["fp16", "int8", "q4_K"] as const;
/** Tokens of a prompt that are read at once. */
const CHUNK = 2048;

const modelled = {type: "number", provenance: "modelled"} as const;

/** Facts about a checkpoint that its headers tell: what it holds, which machine it fits, what its cache takes. */
export const inventory = experiment({
  id: "models/inventory",
  title: "A checkpoint of your own: what it is and where it fits",
  question: "What is in this checkpoint, and which machine does it fit at which context?",
  source: "config.json, the headers of the tensors, roofline and footprint models, the formula of each cache",
  params: {
    model: checkpointParam,
    context: {
      kind: "integer",
      label: "Context",
      unit: "tokens",
      help: "0: 8192, or what the model was made for if that is less.",
      min: 0,
      max: 2 ** 30,
      default: 0,
    },
  },
  columns: {
    fact: {type: "string", label: "Fact"},
    value: {type: "number", label: "Value", provenance: "row", nullable: true},
    unit: {type: "string", label: "Unit", nullable: true},
    note: {type: "string", label: "In words", nullable: true},
  },
  tables: {
    stored: {
      dtype: {type: "string", label: "Stored as"},
      tensors: {type: "integer", label: "Tensors"},
      elements: {type: "number", label: "Elements"},
      bytes: {type: "number", label: "Bytes", unit: "B", provenance: "measured"},
    },
    tensors: {
      tensor: {type: "string", label: "Tensor"},
      dtype: {type: "string", label: "Stored as"},
      elements: {type: "number", label: "Elements"},
      isPlanned: {type: "boolean", label: "A matrix that a plan decides on"},
    },
    machines: {
      machine: {type: "string", label: "Machine"},
      title: {type: "string", label: "Name"},
      memoryGB: {...modelled, label: "Memory", unit: "GB", nullable: true},
      weights: {type: "string", label: "Weights"},
      needsGB: {...modelled, label: "Needed at the context", unit: "GB"},
      fits: {type: "boolean", label: "Fits"},
      maxContext: {...modelled, label: "Longest context", unit: "tokens", nullable: true},
      tokensPerSecond: {...modelled, label: "Throughput", unit: "tokens/s", nullable: true},
    },
    caches: {
      cache: {type: "string", label: "Cache"},
      label: {type: "string", label: "Name"},
      family: {type: "string", label: "What it saves at"},
      formula: {type: "string", label: "Bytes of one token of a long text"},
      source: {type: "string", label: "Source"},
      bytes: {...modelled, label: "Bytes of one text", unit: "B"},
    },
    unused: {
      what: {type: "string", label: "Not used"},
      reason: {type: "string", label: "Why"},
    },
  },
  needs: [],
  sweep: [],
  async run({model: folder, context}) {
    const opened = await openPlanned(folder!, context);
    const found = await inspectFolder(folder!, opened.context);
    const measured = {provenance: "measured"} as const;
    return {
      rows: factsOf(found),
      stored: (found.weights ?? []).map((each) => ({...each, ...measured})),
      tensors: Array.from(opened.tensors.values(), (tensor) => ({
        tensor: tensor.name,
        dtype: tensor.dtype,
        elements: elementCount(tensor.shape),
        isPlanned: isPlanned(tensor),
        ...measured,
      })),
      machines: machinesOf(opened),
      caches: cachesOf(opened),
      unused: found.ignored.map((each) => ({...each, ...measured})),
    };
  },
});

function factsOf(found: Inspection) {
  const {family, architecture, layers, vocabulary, tied, context, weights} = found;
  const row = (fact: string, value: number | null, unit: string | null, note: string | null = null) => ({
    fact,
    value,
    unit,
    note,
    provenance: "measured" as const,
  });
  const modelledRow = (fact: string, value: number, note: string) => ({
    ...row(fact, value, "B", note),
    provenance: "modelled" as const,
  });
  const stored = weights?.reduce((sum, {bytes}) => sum + bytes, 0);
  const kinds = layers === null ? [] : [...layers.mixers, ...layers.networks];
  return [
    row(
      "family",
      null,
      null,
      family === null ? "not known: no config.json" : [family, architecture].filter(Boolean).join(", "),
    ),
    row("parameters", found.parameters, null),
    ...(found.activeParameters === null
      ? []
      : [row("active", found.activeParameters, null, "parameters for one token")]),
    ...(stored === undefined ? [] : [row("stored", stored, "B")]),
    ...(layers === null
      ? []
      : [
          row(
            "layers",
            layers.count,
            null,
            kinds.map(({layers: count, description}) => `${count} x ${description}`).join("; "),
          ),
        ]),
    ...(vocabulary === null
      ? []
      : [
          row(
            "vocabulary",
            vocabulary.tokens,
            "tokens",
            tied ? "the head is the embedding" : "a head of its own",
          ),
        ]),
    ...(found.maxPositions === null ? [] : [row("made for", found.maxPositions, "tokens")]),
    row("context", context, "tokens", "of the one text that has to fit"),
    ...(found.kvBytes === null
      ? []
      : [modelledRow("cache", found.kvBytes, `of one text of ${context} tokens, in 16 bits`)]),
    ...(found.stateBytes
      ? [modelledRow("state", found.stateBytes, "of one text of any length, in 16 bits")]
      : []),
  ];
}

/** Every machine with a memory of its own, for each format of the weights; the cache in 16 bits, one text. */
function machinesOf({record, context}: PlannedModel) {
  if (record === null) return [];
  const model = costModel(record, "yours");
  if (!isCausal(model)) return [];
  return Array.from(MACHINES.values())
    .filter(({memoryGB}) => memoryGB !== null)
    .flatMap((machine) => WEIGHTS.map((weights) => machineRow(model, machine, {weights, context})));
}

function machineRow(
  model: Model,
  machine: Machine,
  {weights, context}: {readonly weights: string; readonly context: number},
) {
  const fp16 = formatChoice("fp16");
  const formats = {weights: formatChoice(weights), activations: fp16, kv: fp16};
  const fit = fitMemory(model, machine, formats, {batch: 1, context, chunk: Math.min(CHUNK, context)});
  const composed = compose({
    model,
    machine,
    workload: {batch: 1, prompt: Math.max(1, context - 1), output: 1},
    formats,
  });
  return {
    machine: machine.id,
    title: machine.title,
    memoryGB: machine.memoryGB,
    weights,
    needsGB: fit.needed.total / 1e9,
    fits: fit.fits,
    maxContext: Number.isFinite(fit.maxContext) ? fit.maxContext : null,
    tokensPerSecond: composed.figures?.tokensPerSecond ?? null,
    provenance: "modelled" as const,
  };
}

const cachesOf = ({sizes, context}: PlannedModel) =>
  sizes === null
    ? []
    : cacheBytes({sizes, context, ids: PLANNED_CACHES.filter((id) => CACHES.byId(id).isShownFirst)}).map(
        ({choice: {id, label, kind, formula, source}, bytes}) => ({
          cache: id,
          label,
          family: kind,
          formula,
          source,
          bytes,
          provenance: "modelled" as const,
        }),
      );
