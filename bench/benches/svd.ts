import {Matrix, SingularValueDecomposition} from "ml-matrix";
import {wasmProducts} from "../../src/lib/kernels/wasm-products.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {truncatedSvd} from "../../src/lib/tensor/svd-truncated.js";
import type {Contest, Peer, Sides} from "../harness/contest.js";
import {pythonPeer} from "../peers/python.js";

interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly rank: number;
}

/** Relative, of every singular value. */
const TOLERANCE = 1e-4;

/** x times an orthogonal matrix: random signs and a Hadamard transform, both of them twice. */
function mix(x: Float64Array, flips: readonly Float64Array[]): void {
  for (const flip of flips) {
    for (let i = 0; i < x.length; i++) x[i] = (x[i]! * flip[i]!) / Math.sqrt(x.length);
    for (let half = 1; half < x.length; half *= 2) {
      for (let i = 0; i < x.length; i++) {
        if ((i & half) !== 0) continue;
        const [a, b] = [x[i]!, x[i + half]!];
        x[i] = a + b;
        x[i + half] = a - b;
      }
    }
  }
}

/** A matrix whose singular values are known, and fall as those of cached keys do: s[k] = (k + 1)^-0.75. */
function knownMatrix({rows, columns}: Shape): {data: Float64Array; spectrum: Float64Array} {
  const stream = randomStream(1, "bench/svd");
  const flips = (n: number) =>
    [0, 1].map(() => Float64Array.from({length: n}, () => (stream.uniform() < 0.5 ? -1 : 1)));
  const [left, right] = [flips(rows), flips(columns)];
  const spectrum = Float64Array.from({length: columns}, (_, k) => (k + 1) ** -0.75);
  const data = new Float64Array(rows * columns);
  for (let k = 0; k < columns; k++) {
    data[k * columns + k] = spectrum[k]!;
    mix(data.subarray(k * columns, (k + 1) * columns), right);
  }
  const column = new Float64Array(rows);
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < rows; i++) column[i] = data[i * columns + j]!;
    mix(column, left);
    for (let i = 0; i < rows; i++) data[i * columns + j] = column[i]!;
  }
  return {data, spectrum};
}

function requireValues(name: string, values: ArrayLike<number>, spectrum: Float64Array, rank: number): void {
  for (let k = 0; k < rank; k++) {
    if (!(Math.abs(values[k]! / spectrum[k]! - 1) <= TOLERANCE)) {
      throw new Error(`${name}: value ${k} must be ${spectrum[k]} within ${TOLERANCE}, got ${values[k]}`);
    }
  }
}

/** ml-matrix decomposes the whole matrix; where that takes minutes, once. */
function mlMatrixPeer(
  name: string,
  shape: Shape,
  data: Float64Array,
  spectrum: Float64Array,
  isSlow: boolean,
): Peer {
  const matrix = Matrix.from1DArray(shape.rows, shape.columns, data);
  const run = () => new SingularValueDecomposition(matrix);
  const start = performance.now();
  requireValues(`${name}, ml-matrix`, run().diagonal, spectrum, shape.rank);
  const seconds = [(performance.now() - start) / 1e3];
  return isSlow ? {name: "ml-matrix, full, once", seconds} : {name: "ml-matrix, full", run};
}

async function sides(name: string, shape: Shape, isSlow: boolean): Promise<Sides> {
  const {rows, columns, rank} = shape;
  const products = await wasmProducts();
  const {data, spectrum} = knownMatrix(shape);
  const ours = () => truncatedSvd({rows, columns, data}, rank, {products});
  requireValues(name, ours().s, spectrum, rank);
  const lapack = await pythonPeer("numpy_svd.py", rows, columns);
  return {work: 1, ours, peers: [mlMatrixPeer(name, shape, data, spectrum, isSlow), ...lapack]};
}

function contest(shape: Shape, isSlow: boolean): Contest {
  const {rows, columns, rank} = shape;
  const name = `svd-${rows}x${columns}`;
  return {
    name,
    title: `SVD of ${rows} x ${columns}, f64, the largest ${rank} components`,
    unit: "ms",
    samples: 15,
    ...(isSlow && {slow: true}),
    prepare: () => sides(name, shape, isSlow),
  };
}

/** The truncated decomposition on wasm products; the peers have only the full one. */
export const decompositions: readonly Contest[] = [
  contest({rows: 1024, columns: 256, rank: 64}, false),
  contest({rows: 4096, columns: 1024, rank: 256}, true),
];
