/** Importance of the input columns of a model's matrices: what stands before each while the model reads texts. */
import type {ModelRecord} from "../architectures/model-record.js";
import {type ImportanceMatrix, importanceName} from "../checkpoint/importance/importance.js";
import {checkpointOf} from "../checkpoint/open-checkpoint.js";
import type {OpenTensors} from "../checkpoint/open-tensors.js";
import {decoderConfigOf} from "../engine/decoder/config.js";
import {forward} from "../engine/decoder/decoder.js";
import {decoderOf, inputGroups, readDecoderWeights} from "../engine/decoder/decoder-weights.js";
import {EMBEDDING_NAME, HEAD_NAME} from "../engine/decoder/layer-parts.js";
import {planDecoder} from "../engine/decoder/plan-decoder.js";
import {forwardMamba} from "../engine/mamba/mamba.js";
import {isMamba, mambaConfigOf} from "../engine/mamba/mamba-config.js";
import {layerTensor, MAMBA_NAMES, mambaOf, readMambaWeights} from "../engine/mamba/mamba-weights.js";
import {wasmBackend} from "../engine/wasm/wasm-backend.js";

/** A model that reads texts and adds up what its matrices are multiplied by. */
export interface ReadingModel {
  readonly vocabSize: number;
  /** The longest text it was made for; Infinity if its config names none. */
  readonly maxPositions: number;
  /** Reads a text of some tokens. */
  read(ids: readonly number[]): void;
  /** The mean squares over all that was read. @throws RangeError if that is nothing. */
  importance(): ImportanceMatrix;
}

/**
 * Reads a model whose weights take at most `maxBytes` as float32.
 * @throws FormatError if the engine does not run it, if it does not fit, or if a tensor is missing or cannot be read.
 */
export function readingModel(
  open: OpenTensors,
  record: ModelRecord,
  limits: {readonly maxBytes?: number} = {},
): Promise<ReadingModel> {
  return isMamba(record) ? readingMamba(open, record, limits) : readingDecoder(open, record, limits);
}

async function readingDecoder(
  open: OpenTensors,
  record: ModelRecord,
  limits: {readonly maxBytes?: number},
): Promise<ReadingModel> {
  const checkpoint = checkpointOf(open);
  const config = decoderConfigOf(record);
  const weights = await readDecoderWeights(checkpoint, config, limits);
  const model = await decoderOf(weights, {backend: await wasmBackend()});
  const {plan} = planDecoder(checkpoint.tensors, config);
  const head = plan.has(HEAD_NAME) ? HEAD_NAME : EMBEDDING_NAME;
  const groups = inputGroups(weights).map(({layer, site, readers}) => ({key: `${layer} ${site}`, readers}));
  const squares = meanSquares(
    [...groups, {key: HEAD_KEY, readers: [head]}],
    (name) => plan.get(name)!.stored.name,
  );
  const lastLayer = weights.config.layers - 1;
  return {
    ...weights.config,
    importance: squares.importance,
    read: (ids) =>
      void forward(model, ids, {
        rows: "last",
        hooks: {
          tensor(site, layer, x, rows) {
            squares.add(`${layer} ${site}`, x, rows);
            // Logits of all tokens of a large vocabulary would take more room than the model.
            if (site === "layer.output" && layer === lastLayer)
              squares.add(HEAD_KEY, headInput(model, x), rows);
            return undefined;
          },
        },
      }),
  };
}

const HEAD_KEY = "head";

function headInput({norm, projectOut}: Awaited<ReturnType<typeof decoderOf>>, h: Float32Array): Float32Array {
  const normed = norm?.(h) ?? h;
  return projectOut?.(normed) ?? normed;
}

/** Matrices of a state-space layer by the site of their input. */
const MAMBA_READERS = {
  "mixer.input": "mixer.in_proj.weight",
  x: "mixer.x_proj.weight",
  "mixer.output": "mixer.out_proj.weight",
} as const;

async function readingMamba(
  open: OpenTensors,
  record: ModelRecord,
  limits: {readonly maxBytes?: number},
): Promise<ReadingModel> {
  const config = mambaConfigOf(record);
  const weights = await readMambaWeights(checkpointOf(open), config, limits);
  const model = await mambaOf(weights, {backend: await wasmBackend()});
  const groups = Array.from({length: config.layers}, (_, layer) =>
    Object.entries(MAMBA_READERS).map(([site, name]) => ({
      key: `${layer} ${site}`,
      readers: [layerTensor(layer, name)].filter((each) => weights.tensors.has(each)),
    })),
  ).flat();
  const {embedding, head} = MAMBA_NAMES;
  const squares = meanSquares(
    [...groups, {key: "-1 final", readers: [weights.tensors.has(head) ? head : embedding]}],
    (name) => name,
  );
  return {
    vocabSize: config.vocabSize,
    maxPositions: Number.POSITIVE_INFINITY,
    importance: squares.importance,
    read: (ids) =>
      void forwardMamba(model, ids, {
        hooks: {
          tensor(site, layer, x, rows) {
            squares.add(`${layer} ${site}`, x, rows);
            return undefined;
          },
        },
      }),
  };
}

/** Matrices that share an input, by the site at which it is seen. */
interface Group {
  readonly key: string;
  readonly readers: readonly string[];
}

/** Sums of squares of every column of what was seen at some sites. */
function meanSquares(groups: readonly Group[], storedName: (reader: string) => string) {
  const sums = new Map<string, {readonly squares: Float64Array; readonly rows: number}>();
  const wanted = groups.filter(({readers}) => readers.length > 0);
  const keys = new Set(wanted.map(({key}) => key));
  return {
    add(key: string, x: Float32Array, rows: number): void {
      if (!keys.has(key) || rows === 0) return;
      const columns = x.length / rows;
      const known = sums.get(key) ?? {squares: new Float64Array(columns), rows: 0};
      addSquares(known.squares, x);
      sums.set(key, {squares: known.squares, rows: known.rows + rows});
    },
    importance(): ImportanceMatrix {
      if (sums.size === 0) throw new RangeError("textImportance: text must have a token, got none");
      return new Map(
        wanted.flatMap(({key, readers}) => {
          const found = sums.get(key);
          if (found === undefined) return [];
          const means = Float32Array.from(found.squares, (sum) => sum / found.rows);
          return readers.map((reader) => [importanceName(storedName(reader)), means] as const);
        }),
      );
    },
  };
}

function addSquares(squares: Float64Array, x: Float32Array): void {
  const columns = squares.length;
  for (let from = 0; from < x.length; from += columns)
    for (let i = 0; i < columns; i++) squares[i] += x[from + i] * x[from + i];
}
