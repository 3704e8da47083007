import {Matrix, SingularValueDecomposition} from "ml-matrix";
import {plainKvCache} from "../../src/lib/engine/cache/kv-cache.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {openDecoder} from "../../src/lib/engine/open-decoder.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {corpusSeeds} from "../../src/lib/evaluate/eval-texts.js";
import {openFolder} from "../../src/lib/io/node-file.js";
import {wasmEigenSteps} from "../../src/lib/kernels/wasm-eigen.js";
import {wasmProducts} from "../../src/lib/kernels/wasm-products.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {truncatedSvd} from "../../src/lib/tensor/svd-truncated.js";
import type {Contest, Sides} from "../harness/contest.js";
import {pythonPeer} from "../peers/python.js";

interface Subject {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
  /** Singular values, where they are known. */
  readonly spectrum?: Float64Array;
}

/** Relative, of every singular value. */
const TOLERANCE = 1e-4;

/** x times an orthogonal matrix: random signs and a Hadamard transform, both of them twice. */
function mix(x: Float64Array, flips: readonly Float64Array[]): void {
  for (const flip of flips) {
    for (let i = 0; i < x.length; i++) x[i] = (x[i] * flip[i]) / Math.sqrt(x.length);
    for (let half = 1; half < x.length; half *= 2) {
      for (let i = 0; i < x.length; i++) {
        if ((i & half) !== 0) continue;
        const [a, b] = [x[i], x[i + half]];
        x[i] = a + b;
        x[i + half] = a - b;
      }
    }
  }
}

/** A matrix whose singular values are known, and fall as those of cached keys do: s[k] = (k + 1)^-0.75. */
function knownMatrix(rows: number, columns: number): Subject {
  const stream = randomStream(1, "bench/svd");
  const flips = (n: number) =>
    [0, 1].map(() => Float64Array.from({length: n}, () => (stream.uniform() < 0.5 ? -1 : 1)));
  const [left, right] = [flips(rows), flips(columns)];
  const spectrum = Float64Array.from({length: columns}, (_, k) => (k + 1) ** -0.75);
  const data = new Float64Array(rows * columns);
  for (let k = 0; k < columns; k++) {
    data[k * columns + k] = spectrum[k];
    mix(data.subarray(k * columns, (k + 1) * columns), right);
  }
  const column = new Float64Array(rows);
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < rows; i++) column[i] = data[i * columns + j];
    mix(column, left);
    for (let i = 0; i < rows; i++) data[i * columns + j] = column[i];
  }
  return {rows, columns, data, spectrum};
}

/** The keys before rotary of all layers of the shipped decoder, side by side, for each token of test documents. */
async function realKeys(): Promise<Subject> {
  const folder = await openFolder("src/data/models/decoder-large");
  const model = await openDecoder(folder, {backend: await wasmBackend()}).finally(() => folder.close());
  const {layers, kvHeads, headDim} = model.config;
  const width = kvHeads * headDim;
  const columns = layers * width;
  const texts = corpusSeeds({seeds: [4242], documents: 4, context: 256}).flatMap(({texts}) => texts);
  const rows = texts.flatMap(({tokens}) => {
    const cache = {...plainKvCache(model.config), unrotatedKeys: true};
    forward(model, tokens, {cache, rows: "last"});
    const keys = Array.from({length: layers}, (_, layer) => cache.read(layer).keys);
    return tokens.map((_, t) => keys.flatMap((layer) => [...layer.subarray(t * width, (t + 1) * width)]));
  });
  return {rows: rows.length, columns, data: Float64Array.from(rows.flat())};
}

function requireValues(
  name: string,
  values: ArrayLike<number>,
  expected: ArrayLike<number>,
  rank: number,
): void {
  for (let k = 0; k < rank; k++) {
    if (!(Math.abs(values[k] / expected[k] - 1) <= TOLERANCE)) {
      throw new Error(`${name}: value ${k} must be ${expected[k]} within ${TOLERANCE}, got ${values[k]}`);
    }
  }
}

/** Runs of ml-matrix, which takes minutes for a large matrix. */
type MatrixRuns = "samples" | "once" | "none";

async function sides(name: string, subject: Subject, rank: number, runs: MatrixRuns): Promise<Sides> {
  const {rows, columns, data, spectrum} = subject;
  const [products, steps] = await Promise.all([wasmProducts(), wasmEigenSteps()]);
  const ours = () => truncatedSvd({rows, columns, data}, rank, {products, steps});
  const matrix = runs === "none" ? [] : [matrixPeer(name, subject, rank, runs)];
  const expected = spectrum ?? matrix[0]?.values;
  if (expected === undefined) throw new Error(`${name}: its values must be known`);
  requireValues(name, ours().s, expected, rank);
  const peers = matrix.map(({peer}) => peer);
  return {work: 1, ours, peers: [...peers, ...(await pythonPeer("numpy_svd.py", rows, columns))]};
}

/** The full decomposition of ml-matrix, and the values it finds. */
function matrixPeer(name: string, {rows, columns, data, spectrum}: Subject, rank: number, runs: MatrixRuns) {
  const matrix = Matrix.from1DArray(rows, columns, data);
  const run = () => new SingularValueDecomposition(matrix);
  const start = performance.now();
  const values = run().diagonal;
  const seconds = [(performance.now() - start) / 1e3];
  if (spectrum) requireValues(`${name}, ml-matrix`, values, spectrum, rank);
  const peer = runs === "once" ? {name: "ml-matrix, full, once", seconds} : {name: "ml-matrix, full", run};
  return {values, peer};
}

/** The truncated decomposition on wasm products; the peers have only the full one. */
export const decompositions: readonly Contest[] = [
  {
    name: "svd-1024x256",
    title: "SVD of 1024 x 256, f64, the largest 64 components",
    unit: "ms",
    samples: 15,
    prepare: () => sides("svd-1024x256", knownMatrix(1024, 256), 64, "samples"),
  },
  {
    name: "svd-keys",
    title: "SVD of decoder-large's keys, 1024 tokens x 512, f64, the largest 128 components",
    unit: "ms",
    samples: 15,
    prepare: async () => sides("svd-keys", await realKeys(), 128, "once"),
  },
  {
    name: "svd-4096x1024",
    title: "SVD of 4096 x 1024, f64, the largest 256 components",
    unit: "ms",
    samples: 15,
    slow: true,
    prepare: () => sides("svd-4096x1024", knownMatrix(4096, 1024), 256, "none"),
  },
];
