import type {InferenceSession, Tensor} from "onnxruntime-common";
import type {PeerInTurn} from "../harness/contest.js";
import {productModel} from "./onnx-file.js";

/** Common interface of the packages for Node and for the web. */
interface Runtime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => Tensor;
}

/** The matrix product of a contest: x [rows, inputs] times the transpose of w [out, inputs]. */
export interface Product {
  readonly x: Float32Array;
  readonly w: Float32Array;
  readonly rows: number;
  readonly inputs: number;
  readonly out: number;
}

async function productPeer(
  name: string,
  {InferenceSession, Tensor}: Runtime,
  product: Product,
): Promise<PeerInTurn> {
  const {x, w, rows, inputs, out} = product;
  const session = await InferenceSession.create(productModel(w, rows, inputs, out), {
    executionProviders: [name === "onnxruntime-web" ? "wasm" : "cpu"],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const feeds = {x: new Tensor("float32", x, [rows, inputs])};
  return {name, run: async () => (await session.run(feeds)).y!.data};
}

/** onnxruntime in float32 on one thread: native code, and WebAssembly as in a browser. */
export async function onnxPeers(product: Product): Promise<PeerInTurn[]> {
  const web = await import("onnxruntime-web");
  web.env.wasm.numThreads = 1;
  const native = await import("onnxruntime-node");
  return [
    await productPeer("onnxruntime-node", native, product),
    await productPeer("onnxruntime-web", web, product),
  ];
}
