/** An ONNX file: operators over named tensors whose shapes are all known. (https://github.com/onnx/onnx, onnx/onnx.proto) */

import {type Encoded, fields, float, integer, joined, message, raw, text} from "./protobuf.js";

/** Version of the file format, and of the operators: old enough for every runtime that is in use. */
const IR_VERSION = 8;
const OPERATORS = 17;

/** Numbers of the fields that are written. */
const MODEL = {irVersion: 1, producer: 2, graph: 7, operators: 8} as const;
const GRAPH = {node: 1, name: 2, initializer: 5, input: 11, output: 12} as const;
const NODE = {input: 1, output: 2, name: 3, opType: 4, attribute: 5} as const;
const ATTRIBUTE = {name: 1, float: 2, integer: 3, integers: 8, type: 20} as const;
const TENSOR = {dims: 1, type: 2, name: 8, raw: 9} as const;

/** Types of elements by their number in the format. */
const TYPES = {float32: 1, int32: 6, int64: 7} as const;
/** Kinds of attributes by their number in the format. */
const KINDS = {float: 1, integer: 2, integers: 7} as const;

/** A tensor at either end of a graph. */
export interface OnnxValue {
  readonly name: string;
  readonly type: "float32" | "int32";
  readonly shape: readonly number[];
}

/** A constant: weights, or the sizes that an operator takes as integers. */
export type OnnxConstant =
  | {readonly name: string; readonly shape: readonly number[]; readonly data: Float32Array}
  | {readonly name: string; readonly shape: readonly number[]; readonly data: BigInt64Array};

/** A setting of an operator: an integer of at least 0, a list of them, or a float, which is marked so that 1 may be one. */
export type OnnxAttribute = number | readonly number[] | {readonly float: number};

/** One operator of the standard set. */
export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** A graph whose nodes stand in the order in which they run. */
export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly constants: readonly OnnxConstant[];
  readonly nodes: readonly OnnxNode[];
}

/** The bytes of a graph's file. */
export function onnxFile({name, inputs, outputs, constants, nodes}: OnnxGraph): Uint8Array {
  const graph = message(
    MODEL.graph,
    ...nodes.map(node),
    text(GRAPH.name, name),
    ...constants.map(constant),
    ...inputs.map((value) => valueInfo(GRAPH.input, value)),
    ...outputs.map((value) => valueInfo(GRAPH.output, value)),
  );
  const operators = message(MODEL.operators, integer(2, OPERATORS));
  const head = [integer(MODEL.irVersion, IR_VERSION), text(MODEL.producer, "paretoscope")];
  return joined(fields(...head, graph, operators));
}

function node({type, inputs, outputs, attributes = {}}: OnnxNode): Encoded {
  return message(
    GRAPH.node,
    ...inputs.map((name) => text(NODE.input, name)),
    ...outputs.map((name) => text(NODE.output, name)),
    text(NODE.name, outputs[0]),
    text(NODE.opType, type),
    ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  );
}

function attribute(name: string, value: OnnxAttribute): Encoded {
  const of = (kind: keyof typeof KINDS, ...given: readonly Encoded[]) =>
    message(NODE.attribute, text(ATTRIBUTE.name, name), ...given, integer(ATTRIBUTE.type, KINDS[kind]));
  if (typeof value === "number") return of("integer", integer(ATTRIBUTE.integer, value));
  if ("float" in value) return of("float", float(ATTRIBUTE.float, value.float));
  return of("integers", ...value.map((each) => integer(ATTRIBUTE.integers, each)));
}

function constant({name, shape, data}: OnnxConstant): Encoded {
  const type = data instanceof Float32Array ? TYPES.float32 : TYPES.int64;
  return message(
    GRAPH.initializer,
    ...shape.map((dim) => integer(TENSOR.dims, dim)),
    integer(TENSOR.type, type),
    text(TENSOR.name, name),
    raw(TENSOR.raw, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  );
}

function valueInfo(field: number, {name, type, shape}: OnnxValue): Encoded {
  const dims = shape.map((dim) => message(1, integer(1, dim)));
  const tensor = message(1, integer(1, TYPES[type]), message(2, ...dims));
  return message(field, text(1, name), message(2, tensor));
}
