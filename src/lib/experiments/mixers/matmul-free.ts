import {forward} from "../../engine/decoder/decoder.js";
import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import {type MatMulFree, matMulFreeOf, matMulFreeShapes} from "../../engine/matmul-free/load-matmul-free.js";
import {forwardMatMulFree} from "../../engine/matmul-free/matmul-free.js";
import {ternaryBytes} from "../../engine/matmul-free/ternary-matrix.js";
import {decoderTokenOperations} from "../../engine/token-operations.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusSeeds} from "../../evaluate/eval-texts.js";
import type {Row} from "../../experiment/columns.js";
import {type DataSets, experiment} from "../../experiment/experiment.js";
import {elementCount, type Tensor} from "../../tensor/tensor.js";
import {DECODERS, decoderWeights} from "../shared/decoders.js";
import {CONTEXT} from "./chunk-variants.js";
import {
  MATMUL_FREE_CONFIG,
  MATMUL_FREE_IDS,
  MATMUL_FREE_NEEDS,
  MATMUL_FREE_RIVAL,
  type MatMulFreeId,
  matMulFreeWeights,
} from "./models.js";
import {textQuality, textQualityColumns} from "./text-quality.js";

/** Bytes of a number that is not ternary. */
const FP16 = 2;
/** Lengths of text for which memory is compared. */
const LENGTHS = [0, 32, 64, 128, 256, 512, 1024] as const;
/** Picojoules: additions of 32-bit integers, of 16-bit floats, products of 16-bit floats. (Horowitz, ISSCC 2014, 45 nm) */
const PICOJOULES = {integerAddition: 0.1, addition: 0.4, multiplication: 1.1} as const;

const columns = {
  model: {type: "string", label: "Model"},
  ...textQualityColumns,
  weightBytes: {
    type: "integer",
    label: "Weights, ternary ones at 2 bits, others in float16",
    unit: "bytes",
    provenance: "measured",
  },
  multiplications: {
    type: "integer",
    label: "Multiplications for the next token after a document",
    provenance: "modelled",
  },
  additions: {
    type: "integer",
    label: "Additions for the next token after a document",
    provenance: "modelled",
  },
  energy: {
    type: "number",
    label: "Energy of these, in 16 bits, additions of ternary products in integers",
    unit: "pJ",
    provenance: "modelled",
  },
} as const;

const memoryColumns = {
  model: {type: "string", label: "Model"},
  tokens: {type: "integer", label: "Text", unit: "tokens"},
  memoryBytes: {
    type: "integer",
    label: "What is kept of the text, in float16",
    unit: "bytes",
    provenance: "modelled",
  },
} as const;

type Cost = Pick<Row<typeof columns>, "weightBytes" | "multiplications" | "additions" | "energy">;

/** A model, how it reads and what that takes. */
interface Reader {
  readonly model: string;
  readonly logits: (ids: readonly number[]) => Tensor;
  readonly cost: Cost;
  /** Numbers kept of a text. */
  readonly kept: (tokens: number) => number;
}

/** Ternary matrices and a gated recurrence, beside the same without rounding and beside a transformer. */
export const matMulFreeExperiment = experiment({
  id: "mixers/matmul-free",
  title: "A language model without products of matrices",
  question:
    "What does a language model lose whose matrices are minus one, zero and one and whose memory is one number a channel?",
  source: "MatMul-free LM, arXiv:2406.02528",
  params: {
    documents: {
      kind: "integer",
      label: "Documents for each seed",
      help: "Of 128 tokens. More documents give narrower intervals.",
      min: 2,
      max: 64,
      default: 12,
      advanced: true,
    },
  },
  columns,
  tables: {memory: memoryColumns},
  needs: MATMUL_FREE_NEEDS,
  sweep: [{}],
  async run({documents}, {data, progress}) {
    const readers = [
      ...(await Promise.all(MATMUL_FREE_IDS.map((id) => ownReader(id, data)))),
      await rival(data),
    ];
    const seeds = corpusSeeds({documents, context: CONTEXT});
    const rows: Row<typeof columns>[] = [];
    for (const [at, {model, logits, cost}] of readers.entries()) {
      await progress(at / readers.length, model);
      for (const quality of textQuality(logits, seeds))
        rows.push({model, ...quality, ...cost, provenance: "measured"});
    }
    const memory = readers.flatMap(({model, kept}) =>
      LENGTHS.map((tokens) => ({
        model,
        tokens,
        memoryBytes: FP16 * kept(tokens),
        provenance: "modelled" as const,
      })),
    );
    return {rows, memory};
  },
});

async function ownReader(id: MatMulFreeId, data: Pick<DataSets, "get">): Promise<Reader> {
  const weights = matMulFreeWeights(id, data);
  const model = await matMulFreeOf(weights);
  const {layers, innerSize, ternary} = weights.config;
  return {
    model: id,
    logits: (ids) => forwardMatMulFree(model, ids),
    cost: {
      weightBytes: weightBytes(weights.tensors, ternary),
      ...(ternary ? ternaryWork(model) : plainWork()),
    },
    kept: () => layers * innerSize,
  };
}

async function rival(data: Pick<DataSets, "get">): Promise<Reader> {
  const weights = decoderWeights(MATMUL_FREE_RIVAL, data);
  const config = DECODERS[MATMUL_FREE_RIVAL];
  const model = await decoderOf(weights, {backend: await wasmBackend()});
  const half = decoderTokenOperations(config, CONTEXT) / 2;
  return {
    model: MATMUL_FREE_RIVAL,
    logits: (ids) => forward(model, ids),
    cost: {weightBytes: weightBytes(weights.tensors, false), ...floatWork(half)},
    kept: (tokens) => 2 * config.layers * config.kvHeads * config.headDim * tokens,
  };
}

/** Bytes of all tensors; the embedding is looked up, so it is not ternary. */
function weightBytes(tensors: ReadonlyMap<string, Tensor>, ternary: boolean): number {
  return [...tensors].reduce((sum, [name, {shape}]) => {
    const isTernary = ternary && shape.length === 2 && /(_proj|lm_head)\.weight$/.test(name);
    return sum + (isTernary ? ternaryBytes({rows: shape[0], columns: shape[1]}) : FP16 * elementCount(shape));
  }, 0);
}

const floatWork = (each: number): Omit<Cost, "weightBytes"> => ({
  multiplications: each,
  additions: each,
  energy: each * (PICOJOULES.multiplication + PICOJOULES.addition),
});

/** Each state is multiplied by its forget gate, and its input added. */
const RECURRENCE = MATMUL_FREE_CONFIG.layers * MATMUL_FREE_CONFIG.innerSize;

/** Work of a token, counted while one is read. */
function ternaryWork(model: MatMulFree): Omit<Cost, "weightBytes"> {
  const work = {additions: 0, scalings: 0};
  forwardMatMulFree(model, [1], {work});
  const multiplications = work.scalings + RECURRENCE;
  return {
    multiplications,
    additions: work.additions + RECURRENCE,
    energy:
      work.additions * PICOJOULES.integerAddition +
      RECURRENCE * PICOJOULES.addition +
      multiplications * PICOJOULES.multiplication,
  };
}

/** The same with a product and a sum for each weight. */
function plainWork(): Omit<Cost, "weightBytes"> {
  const {hiddenSize, vocabSize} = MATMUL_FREE_CONFIG;
  const matrices = Object.entries(matMulFreeShapes(MATMUL_FREE_CONFIG)).filter(([name]) =>
    /_proj\.weight$/.test(name),
  );
  const weights = matrices.reduce((sum, [, shape]) => sum + elementCount(shape), vocabSize * hiddenSize);
  return floatWork(weights + RECURRENCE);
}
