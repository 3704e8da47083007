import type {InferenceSession, Tensor} from "onnxruntime-common";
import type {PeerInTurn} from "../harness/contest.js";
import {type FourBitMatrix, fourBitModel, productModel} from "./onnx-file.js";

/** Common interface of the packages for Node and for the web. */
export interface Runtime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: {
    new (type: "float32", data: Float32Array, dims: readonly number[]): Tensor;
    new (type: "int32", data: Int32Array, dims: readonly number[]): Tensor;
  };
}

/** The matrix product of a contest: x [rows, inputs] times the transpose of w [out, inputs]. */
export interface Product {
  readonly x: Float32Array;
  readonly w: Float32Array;
  readonly rows: number;
  readonly inputs: number;
  readonly out: number;
}

async function modelPeer(
  name: string,
  {InferenceSession, Tensor}: Runtime,
  model: Uint8Array,
  {x, rows, inputs}: Pick<Product, "x" | "rows" | "inputs">,
): Promise<PeerInTurn> {
  const session = await InferenceSession.create(model, {
    executionProviders: [name.startsWith("onnxruntime-web") ? "wasm" : "cpu"],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const feeds = {x: new Tensor("float32", x, [rows, inputs])};
  return {name, run: async () => (await session.run(feeds)).y!.data};
}

/** Both packages, each on one thread. */
export async function runtimes(): Promise<readonly (readonly [string, Runtime])[]> {
  const web = await import("onnxruntime-web");
  web.env.wasm.numThreads = 1;
  const native = await import("onnxruntime-node");
  return [
    ["onnxruntime-node", native],
    ["onnxruntime-web", web],
  ];
}

/** onnxruntime in float32 on one thread: native code, and WebAssembly as in a browser. */
export async function onnxPeers(product: Product): Promise<PeerInTurn[]> {
  const {w, rows, inputs, out} = product;
  const model = productModel(w, rows, inputs, out);
  const peers: PeerInTurn[] = [];
  for (const [name, runtime] of await runtimes()) peers.push(await modelPeer(name, runtime, model, product));
  return peers;
}

/** The same with weights of four bits, at one of its accuracy levels. */
export async function onnxFourBitPeers(
  product: Omit<Product, "w"> & {readonly matrix: FourBitMatrix},
  accuracyLevel: 1 | 4,
): Promise<PeerInTurn[]> {
  const {matrix, rows, inputs, out} = product;
  const model = fourBitModel(matrix, accuracyLevel, rows, inputs, out);
  const peers: PeerInTurn[] = [];
  for (const [name, runtime] of await runtimes()) {
    peers.push(await modelPeer(`${name}, accuracy level ${accuracyLevel}`, runtime, model, product));
  }
  return peers;
}
