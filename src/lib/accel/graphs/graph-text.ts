import type {Dataflow} from "../systolic/layer.js";
import {
  GRAPH_OPERATORS,
  type GraphNode,
  type GraphOperator,
  type GraphShape,
  graphCycles,
  linearScanRegisters,
  type OperatorGraph,
  shapeOf,
} from "./graph.js";

/** Ways to write a graph: nodes in the manner of ONNX, or operations of a dialect in the manner of MLIR. */
export const GRAPH_SYNTAXES = ["onnx", "mlir"] as const;
/** A way to write a graph. */
export type GraphSyntax = (typeof GRAPH_SYNTAXES)[number];

const sizeOf = ([rows, columns]: GraphShape): string => `${rows}x${columns}`;

function onnxLine({operator, inputs, shape}: GraphNode, at: number): string {
  return `x${at + 1}=${operator}(${inputs.map((value) => `x${value}`).join(",")}):${sizeOf(shape)}`;
}

function mlirLine({operator, inputs, shape}: GraphNode, at: number): string {
  const operands = inputs.map((value) => `%${value}`).join(", ");
  return `%${at + 1} = xpu.${operator.toLowerCase()} ${operands} : tensor<${sizeOf(shape)}xf32>`;
}

/** The text of a graph: its array and dataflow, its input, an operator a line with the shape that it gives. */
export function graphText({array, dataflow, input, nodes}: OperatorGraph, syntax: GraphSyntax): string {
  const head = `array ${sizeOf(array)} ${dataflow}`;
  return syntax === "onnx"
    ? [head, `x0:${sizeOf(input)}`, ...nodes.map(onnxLine)].join("\n")
    : [head, `%0 : tensor<${sizeOf(input)}xf32>`, ...nodes.map(mlirLine)].join("\n");
}

const HEAD = /^array (\d+)x(\d+) (os|ws|is)$/;
const INPUT = /^(?:x0:(\d+)x(\d+)|%0 : tensor<(\d+)x(\d+)xf32>)$/;
const LINE = /^[x%](\d+) ?= ?(?:xpu\.)?([A-Za-z]+)[ (]([x%\d, ]+)\)? ?: ?(?:tensor<)?(\d+)x(\d+)(?:xf32>)?$/;

function refuse(what: string, line: string | undefined): never {
  throw new RangeError(`readGraph: ${what}, got ${line ?? "nothing"}`);
}

const shape = (rows: string, columns: string): GraphShape => [Number(rows), Number(columns)];

function readNode(line: string, at: number): GraphNode {
  const match = LINE.exec(line);
  if (match === null) refuse("a line must be like x1=MatMul(x0):64x128", line);
  const [, index, name, operands, rows, columns] = match;
  const operator = GRAPH_OPERATORS.find((each) => each.toLowerCase() === name.toLowerCase());
  if (operator === undefined) refuse(`an operator must be one of ${GRAPH_OPERATORS.join(", ")}`, name);
  const inputs = operands.split(",").map((operand) => Number(operand.trim().slice(1)));
  const isEarlier = Number(index) === at + 1 && inputs.every((value) => value <= at);
  if (!isEarlier) refuse("values must be numbered in order and read after they are made", line);
  return {operator, inputs, shape: shape(rows, columns)};
}

/** Shape that an operator gives, columns of a product with weights left open. */
function requiredShape(graph: OperatorGraph, {operator, inputs}: GraphNode): [number, number | null] {
  const [rows, columns] = shapeOf(graph, inputs[0]);
  if (operator === "Transpose") return [columns, rows];
  if (operator !== "MatMul") return [rows, columns];
  return [rows, inputs.length === 2 ? shapeOf(graph, inputs[1])[1] : null];
}

function requireShapes(graph: OperatorGraph): void {
  for (const node of graph.nodes) {
    const [rows, columns] = requiredShape(graph, node);
    const fits = node.shape[0] === rows && (columns === null || node.shape[1] === columns);
    if (!fits)
      refuse(`the shape of ${node.operator} must be ${rows}x${columns ?? "any"}`, sizeOf(node.shape));
  }
}

/**
 * The graph of a text in either syntax.
 * @throws RangeError naming the line, operator or shape that is wrong.
 */
export function readGraph(text: string): OperatorGraph {
  const [first, second, ...lines] = text.trim().split("\n");
  const head = HEAD.exec(first);
  if (head === null) refuse("the first line must be like array 16x16 ws", first);
  const input = INPUT.exec(second ?? "");
  if (input === null) refuse("the second line must be like x0:64x128", second);
  const graph: OperatorGraph = {
    array: shape(head[1], head[2]),
    dataflow: head[3] as Dataflow,
    input: shape(input[1] ?? input[3], input[2] ?? input[4]),
    nodes: lines.map(readNode),
  };
  requireShapes(graph);
  return graph;
}

/** Operators and their operands without sizes: graphs of one structure differ by shapes and array. */
export function graphStructure({nodes}: Pick<OperatorGraph, "nodes">): string {
  return nodes.map(({operator, inputs}) => `${operator}(${inputs.join(",")})`).join(";");
}

/** Cycles and registers of the graph of a text. */
export function graphTargets(text: string): readonly number[] {
  const graph = readGraph(text);
  return [graphCycles(graph), linearScanRegisters(graph)];
}

/** Operators with two operands. */
export const BINARY: ReadonlySet<GraphOperator> = new Set<GraphOperator>(["Add", "Mul"]);
