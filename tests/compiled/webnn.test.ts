import {expect, test} from "vitest";
import {decoderGraphs} from "../../src/lib/compiled/onnx/export-decoder.js";
import {onnxText} from "../../src/lib/compiled/onnx/onnx-text.js";
import {type WebnnBuilder, webnnOutputs} from "../../src/lib/compiled/webnn/webnn-graph.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {decoderOf} from "../../src/lib/engine/decoder/decoder-weights.js";
import {openDecoderWeights} from "../../src/lib/engine/open-decoder.js";
import {openFolder} from "../../src/lib/io/node-file.js";
import {goldenPath, maxDifference, readExpected} from "../engine/golden.js";
import {OPERATORS, type Value} from "./onnx-interpreter.js";

const list = (data: readonly number[]): Value => ({shape: [data.length], data});

/** WebNN's operators computed at once by those of the interpreter, for given inputs. */
function eager(inputs: Readonly<Record<string, Value>>): WebnnBuilder<Value> {
  const run = (
    type: string,
    given: readonly Value[],
    attributes: Readonly<Record<string, number | readonly number[]>> = {},
  ) => [OPERATORS[type](given, new Map(Object.entries(attributes)))].flat() as Value[];
  const one = (type: string) => (x: Value) => run(type, [x])[0];
  const two = (type: string) => (a: Value, b: Value) => run(type, [a, b])[0];
  return {
    input: (name) => inputs[name],
    constant: ({shape}, data) => ({shape, data}),
    identity: one("Identity"),
    sqrt: one("Sqrt"),
    erf: one("Erf"),
    tanh: one("Tanh"),
    relu: one("Relu"),
    sigmoid: one("Sigmoid"),
    add: two("Add"),
    sub: two("Sub"),
    mul: two("Mul"),
    div: two("Div"),
    matmul: two("MatMul"),
    gemm: (a, b, {c}) => run("Gemm", c === undefined ? [a, b] : [a, b, c])[0],
    softmax: one("Softmax"),
    reduceMean: one("ReduceMean"),
    layerNormalization: (x, {scale, epsilon}) => run("LayerNormalization", [x, scale], {epsilon})[0],
    gather: two("Gather"),
    reshape: (x, shape) => run("Reshape", [x, list(shape)])[0],
    transpose: (x, {permutation}) => run("Transpose", [x], {perm: permutation})[0],
    concat: (parts, axis) => run("Concat", parts, {axis})[0],
    split: (x, sizes, {axis}) => run("Split", [x, list(sizes)], {axis}),
    slice: (x, [from], [size]) => run("Slice", [x, list([from]), list([from + size])])[0],
  };
}

// Together they have norms of both kinds, biases, pairs of both kinds, factors.
test.each(["qwen2-bf16", "gemma", "stablelm"])(
  "a graph of %s in WebNN's operators computes what the engine does",
  async (name) => {
    const folder = await openFolder(goldenPath(name));
    const weights = await openDecoderWeights(folder);
    await folder.close();
    const ids = readExpected(name).ids.slice(0, 5);
    const runs = [1, 4].map((tokens) => {
      const graphs = decoderGraphs(weights, {compiledLength: 8, tokens});
      return {
        tokens,
        parts: graphs,
        run: async (at: number, inputs: Readonly<Record<string, Value>>) => {
          const outputs = webnnOutputs(eager(inputs), graphs[at]);
          const floats = Object.entries(outputs).map(([key, {data}]) => [
            key,
            {data: Float32Array.from(data)},
          ]);
          return Object.fromEntries(floats) as Record<string, {data: Float32Array}>;
        },
      };
    });
    const got = await onnxText(weights.config, 8, runs).read(ids);
    expect(maxDifference(got, forward(await decoderOf(weights), ids).data)).toBeLessThan(2e-5);
  },
);

test("an operator that no decoder has is refused", () => {
  const graph = {
    name: "g",
    inputs: [{name: "x", type: "float32", shape: [1]}],
    outputs: [],
    constants: [],
    nodes: [{type: "Cos", inputs: ["x"], outputs: ["y"]}],
  } as const;
  expect(() => webnnOutputs(eager({x: list([1])}), graph)).toThrow("got Cos");
});
