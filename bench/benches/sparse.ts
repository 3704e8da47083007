import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {bf16} from "../../src/lib/formats/float/float.js";
import {wasmSparse} from "../../src/lib/sparse/products/wasm-sparse.js";
import {sparseForms} from "../../src/lib/sparse/registry.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import type {Tensor} from "../../src/lib/tensor/tensor.js";
import {requireClose} from "../harness/agree.js";
import type {Contest, PeerInTurn, Sides} from "../harness/contest.js";
import {onnxPeers} from "../peers/onnx.js";

const SIDE = 4096;

/** A matrix of bfloat16 numbers of which a share is not zero, so that every side multiplies the same. */
function sparseMatrix(label: string, density: number): Tensor {
  const stream = randomStream(1, `bench/${label}`);
  const data = draws(SIDE * SIDE, () => (stream.uniform() < density ? stream.normal() : 0));
  return bf16.decode(bf16.encode({shape: [SIDE, SIDE], data}));
}

/** Weights and activations in 8 bits are near the others and not the same. */
const toleranceOf = (name: string) => (name.includes("int8") ? 3e-2 : SIDE * 2 ** -24);

async function sidesOf(name: string, density: number, rows: number): Promise<Sides> {
  const weight = sparseMatrix(name, density);
  const stream = randomStream(2, `bench/${name}`);
  const x = {shape: [rows, SIDE], data: draws(rows * SIDE, () => stream.normal())};
  const dense = (await wasmBackend()).linear(weight, null);
  const [ours, ...others] = await Promise.all(
    sparseForms.all.map(async (form) => {
      const product = await wasmSparse(form.pack(weight));
      return {name: `our ${form.id}`, run: () => product.multiply(x).data};
    }),
  );
  const peers: PeerInTurn[] = [
    ...others,
    {name: "our dense product, float32", run: () => dense(x.data)},
    ...(await onnxPeers({x: x.data, w: weight.data, rows, inputs: SIDE, out: SIDE})),
  ];
  const result = ours!.run();
  for (const peer of peers) {
    requireClose(name, result, (await peer.run()) as ArrayLike<number>, toleranceOf(peer.name));
  }
  return {work: 1, ours: () => ours!.run(), peers};
}

function contest(percent: number, rows: number): Contest {
  const name = `sparse-${rows === 1 ? "gemv" : `gemm-${rows}`}-${percent}`;
  const what = rows === 1 ? "times vector" : `times ${rows} vectors`;
  return {
    name,
    title: `matrix ${SIDE} x ${SIDE} of which ${percent} % is not zero ${what}, bitmap of bfloat16`,
    unit: "ms",
    prepare: () => sidesOf(name, percent / 100, rows),
  };
}

/** Products with sparse matrices over the density, beside the same product with every zero read and multiplied. */
export const sparseProducts: readonly Contest[] = [
  ...[10, 20, 30, 50, 70, 100].map((percent) => contest(percent, 1)),
  ...[10, 50].map((percent) => contest(percent, 8)),
];
