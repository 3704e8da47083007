import type {Tensor} from "../../tensor/tensor.js";
import type {OnnxAttribute, OnnxConstant, OnnxNode} from "./onnx-model.js";

/** Collects the operators of a graph: each function adds some and gives the name of the tensor that they make. */
export interface GraphBuilder {
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxConstant>;
  op(type: string, inputs: readonly string[], attributes?: OnnxNode["attributes"]): string;
  /** Gives a tensor the name by which the graph's outputs know it. */
  output(name: string, tensor: string): void;
  weight(name: string, tensor: Tensor): string;
  number(value: number): string;
  reshape(x: string, shape: readonly number[]): string;
  transpose(x: string, order: readonly number[]): string;
  concat(parts: readonly string[], axis: number): string;
  split(x: string, sizes: readonly number[], axis: number): readonly string[];
  /** Rows `from` to `to - 1` of the first axis. */
  rows(x: string, from: number, to: number): string;
}

/** An empty graph. */
export function graphBuilder(): GraphBuilder {
  const nodes: OnnxNode[] = [];
  const constants = new Map<string, OnnxConstant>();
  const add = (
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    count = 1,
  ): readonly string[] => {
    const outputs = Array.from({length: count}, (_, i) => `${type}_${nodes.length}_${i}`);
    nodes.push({type, inputs, outputs, attributes});
    return outputs;
  };
  const op: GraphBuilder["op"] = (type, inputs, attributes) => add(type, inputs, attributes)[0];
  const kept = (constant: OnnxConstant): string => {
    constants.set(constant.name, constant);
    return constant.name;
  };
  const sizes = (values: readonly number[]) =>
    kept({
      name: `sizes_${values.join("_")}`,
      shape: [values.length],
      data: BigInt64Array.from(values, BigInt),
    });
  return {
    nodes,
    constants,
    op,
    output: (name, tensor) => {
      nodes.push({type: "Identity", inputs: [tensor], outputs: [name]});
    },
    weight: (name, {shape, data}) => kept({name, shape, data}),
    number: (value) => kept({name: `number_${value}`, shape: [], data: Float32Array.of(value)}),
    reshape: (x, shape) => op("Reshape", [x, sizes(shape)]),
    transpose: (x, order) => op("Transpose", [x], {perm: order}),
    concat: (parts, axis) => op("Concat", parts, {axis}),
    split: (x, parts, axis) => add("Split", [x, sizes(parts)], {axis}, parts.length),
    rows: (x, from, to) => op("Slice", [x, sizes([from]), sizes([to]), sizes([0])]),
  };
}
