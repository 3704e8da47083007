/** A graph of fixed shapes as the operators of WebNN, a browser's interface to machines for neural networks. (https://www.w3.org/TR/webnn) */

import type {OnnxConstant, OnnxGraph, OnnxNode, OnnxValue} from "../onnx/onnx-model.js";

/** Type and sizes of a tensor, in WebNN's words. */
export interface WebnnDescriptor {
  readonly dataType: "float32" | "int32";
  readonly shape: readonly number[];
}

type One<O> = (x: O) => O;
type Two<O> = (a: O, b: O) => O;

/** As much of `MLGraphBuilder` as decoders take; `O` stands for its operands. */
export interface WebnnBuilder<O> {
  input(name: string, descriptor: WebnnDescriptor): O;
  constant(descriptor: WebnnDescriptor, data: Float32Array): O;
  readonly identity: One<O>;
  readonly sqrt: One<O>;
  readonly erf: One<O>;
  readonly tanh: One<O>;
  readonly relu: One<O>;
  readonly sigmoid: One<O>;
  readonly add: Two<O>;
  readonly sub: Two<O>;
  readonly mul: Two<O>;
  readonly div: Two<O>;
  readonly matmul: Two<O>;
  gemm(a: O, b: O, options: {readonly bTranspose: boolean; readonly c?: O}): O;
  softmax(x: O, axis: number): O;
  reduceMean(x: O, options: {readonly axes: readonly number[]; readonly keepDimensions: boolean}): O;
  layerNormalization(
    x: O,
    options: {readonly scale: O; readonly axes: readonly number[]; readonly epsilon: number},
  ): O;
  gather(x: O, indices: O, options: {readonly axis: number}): O;
  reshape(x: O, shape: readonly number[]): O;
  transpose(x: O, options: {readonly permutation: readonly number[]}): O;
  concat(parts: readonly O[], axis: number): O;
  split(x: O, sizes: readonly number[], options: {readonly axis: number}): readonly O[];
  slice(x: O, starts: readonly number[], sizes: readonly number[]): O;
}

/** Operands by the names of the graph, and lists of sizes, which are no operands in WebNN. */
interface Making<O> {
  readonly builder: WebnnBuilder<O>;
  operand(name: string): O;
  sizes(name: string): readonly number[];
  shape(name: string): readonly number[];
}

/**
 * The outputs of a graph, by their names, as a builder makes them.
 * @throws RangeError for an operator that decoders do not have.
 */
export function webnnOutputs<O>(builder: WebnnBuilder<O>, graph: OnnxGraph): Readonly<Record<string, O>> {
  const shapes = new Map<string, readonly number[]>(graph.inputs.map(({name, shape}) => [name, shape]));
  const constants = new Map<string, OnnxConstant>(graph.constants.map((each) => [each.name, each]));
  const operands = new Map<string, O>(
    graph.inputs.map((value) => [value.name, builder.input(value.name, descriptorOf(value))]),
  );
  const making: Making<O> = {
    builder,
    operand(name) {
      const made = operands.get(name) ?? constantOf(builder, constants.get(name), name);
      operands.set(name, made);
      return made;
    },
    sizes: (name) => Array.from(constants.get(name)?.data ?? [], Number),
    shape: (name) => shapes.get(name) ?? [],
  };
  for (const node of graph.nodes) {
    const made = operandsOf(making, node);
    for (const [i, name] of node.outputs.entries()) operands.set(name, made[i]);
  }
  return Object.fromEntries(graph.outputs.map(({name}) => [name, making.operand(name)]));
}

/** Type and sizes of an end of a graph. */
export const descriptorOf = ({type, shape}: OnnxValue): WebnnDescriptor => ({dataType: type, shape});

function constantOf<O>(builder: WebnnBuilder<O>, constant: OnnxConstant | undefined, name: string): O {
  if (constant === undefined || !(constant.data instanceof Float32Array))
    throw new RangeError(`webnnOutputs: a node must read what was made, got ${name}`);
  return builder.constant({dataType: "float32", shape: constant.shape}, constant.data);
}

const ONE = {
  Identity: "identity",
  Sqrt: "sqrt",
  Erf: "erf",
  Tanh: "tanh",
  Relu: "relu",
  Sigmoid: "sigmoid",
} as const;
const TWO = {Add: "add", Sub: "sub", Mul: "mul", Div: "div", MatMul: "matmul"} as const;

function operandsOf<O>({builder, operand, sizes, shape}: Making<O>, node: OnnxNode): readonly O[] {
  const {type, inputs, attributes = {}} = node;
  const [first, second, third] = inputs;
  const x = operand(first);
  const axis = attributes.axis as number;
  if (type in ONE) return [builder[ONE[type as keyof typeof ONE]](x)];
  if (type in TWO) return [builder[TWO[type as keyof typeof TWO]](x, operand(second))];
  switch (type) {
    case "Gemm":
      return [
        builder.gemm(x, operand(second), {bTranspose: true, ...(third !== undefined && {c: operand(third)})}),
      ];
    case "Softmax":
      return [builder.softmax(x, axis)];
    case "ReduceMean":
      return [builder.reduceMean(x, {axes: attributes.axes as readonly number[], keepDimensions: true})];
    case "LayerNormalization": {
      const {float: epsilon} = attributes.epsilon as {readonly float: number};
      return [builder.layerNormalization(x, {scale: operand(second), axes: [axis], epsilon})];
    }
    case "Gather":
      return [builder.gather(x, operand(second), {axis})];
    case "Reshape":
      return [builder.reshape(x, sizes(second))];
    case "Transpose":
      return [builder.transpose(x, {permutation: attributes.perm as readonly number[]})];
    case "Concat":
      return [builder.concat(inputs.map(operand), axis)];
    case "Split":
      return builder.split(x, sizes(second), {axis});
    case "Slice": {
      // Rows of the first axis of an input, whose sizes are known.
      const [[from], [to], [, ...others]] = [sizes(second), sizes(third), shape(first)];
      return [builder.slice(x, [from, ...others.map(() => 0)], [to - from, ...others])];
    }
    default:
      throw new RangeError(`webnnOutputs: an operator must be one of a decoder's, got ${type}`);
  }
}
