import {exportDecoder} from "../../src/lib/compiled/onnx/export-decoder.js";
import {
  type OnnxRuntime,
  type OnnxText,
  type OpenedParts,
  onnxText,
} from "../../src/lib/compiled/onnx/onnx-text.js";
import type {DecoderWeights} from "../../src/lib/engine/decoder/decoder-weights.js";
import {type Runtime, runtimes} from "./onnx.js";

/** Sizes of the two graphs of a decoder: one reads a piece of the prompt, one a token. */
export interface OnnxDecoderSizes {
  readonly compiledLength: number;
  readonly promptTokens: number;
}

/** A decoder that a runtime has opened. */
export interface OnnxDecoder {
  readonly name: string;
  begin(): OnnxText;
}

/** A decoder as files of fixed shapes in onnxruntime, on one thread: native code, and WebAssembly as in a browser. */
export async function onnxDecoders(weights: DecoderWeights, sizes: OnnxDecoderSizes): Promise<OnnxDecoder[]> {
  const {compiledLength, promptTokens} = sizes;
  const decoders: OnnxDecoder[] = [];
  for (const [name, runtime] of await runtimes()) {
    const opened: OpenedParts[] = [];
    for (const tokens of [promptTokens, 1]) {
      const parts = exportDecoder(weights, {compiledLength, tokens});
      opened.push({tokens, parts, run: await runtimeOf(name, runtime, parts)});
    }
    decoders.push({name, begin: () => onnxText(weights.config, compiledLength, opened)});
  }
  return decoders;
}

async function runtimeOf(
  name: string,
  {InferenceSession, Tensor}: Runtime,
  parts: readonly {readonly bytes: Uint8Array}[],
): Promise<OnnxRuntime> {
  const options = {
    executionProviders: [name.startsWith("onnxruntime-web") ? "wasm" : "cpu"],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  };
  const sessions = await Promise.all(parts.map(({bytes}) => InferenceSession.create(bytes, options)));
  return async (at, inputs) => {
    const tensors = Object.entries(inputs).map(([input, {data, shape}]) => {
      const tensor =
        data instanceof Int32Array ? new Tensor("int32", data, shape) : new Tensor("float32", data, shape);
      return [input, tensor] as const;
    });
    return sessions[at]!.run(Object.fromEntries(tensors));
  };
}
