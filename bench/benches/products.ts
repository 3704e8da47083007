import {Matrix} from "ml-matrix";
import {referenceBackend} from "../../src/lib/engine/backend.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import {requireClose} from "../harness/agree.js";
import type {Contest, PeerInTurn, Sides} from "../harness/contest.js";
import {onnxPeers, type Product} from "../peers/onnx.js";

function randomProduct(label: string, rows: number, inputs: number, out: number): Product {
  const stream = randomStream(1, `bench/${label}`);
  const normal = () => stream.normal();
  return {x: draws(rows * inputs, normal), w: draws(out * inputs, normal), rows, inputs, out};
}

async function sidesOf(name: string, product: Product, others: readonly PeerInTurn[]): Promise<Sides> {
  const {x, w, inputs, out} = product;
  const weight = {shape: [out, inputs], data: w};
  const ours = (await wasmBackend()).linear(weight, null);
  const plain = referenceBackend.linear(weight, null);
  const peers = [...(await onnxPeers(product)), ...others, {name: "plain TypeScript", run: () => plain(x)}];
  const result = ours(x);
  // The bound of float32 sums in another order, were all terms of one sign.
  const tolerance = inputs * 2 ** -24;
  for (const peer of peers) requireClose(name, result, (await peer.run()) as ArrayLike<number>, tolerance);
  return {work: 1, ours: () => ours(x), peers};
}

/** ml-matrix has float64 alone; its result is compared as numbers in rows. */
function mlMatrixPeer({x, w, rows, inputs, out}: Product): PeerInTurn {
  const left = Matrix.from1DArray(rows, inputs, x);
  const right = Matrix.from1DArray(out, inputs, w).transpose();
  return {name: "ml-matrix (float64)", run: () => left.mmul(right).to1DArray()};
}

/** Matrix products in float32 on one thread: a vector, where memory decides, and a matrix, where arithmetic does. */
export const products: readonly Contest[] = [
  {
    name: "gemv-4096",
    title: "matrix 4096 x 4096 times vector, f32",
    unit: "ms",
    prepare: () => sidesOf("gemv-4096", randomProduct("gemv", 1, 4096, 4096), []),
  },
  {
    name: "gemm-512",
    title: "matrix product 512 x 512 x 512, f32",
    unit: "ms",
    prepare() {
      const product = randomProduct("gemm", 512, 512, 512);
      return sidesOf("gemm-512", product, [mlMatrixPeer(product)]);
    },
  },
];
