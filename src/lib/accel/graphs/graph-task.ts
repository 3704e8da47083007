import {type CostTask, type LabelledText, logInteger, oneOf} from "../../tasks/cost-task.js";
import type {RandomStream} from "../../tensor/random.js";
import {
  GRAPH_OPERATORS,
  type GraphNode,
  type GraphShape,
  graphCycles,
  linearScanRegisters,
  type OperatorGraph,
  shapeOf,
} from "./graph.js";
import {BINARY, GRAPH_SYNTAXES, graphStructure, graphText} from "./graph-text.js";

/** Sides are multiples of eight. */
const drawSide = (stream: RandomStream): number => 8 * logInteger(stream, 1, 64);

/** A value made before, newer ones more often: half of the draws take the newest. */
function drawValue(stream: RandomStream, count: number): number {
  return stream.integer(2) === 0 ? count - 1 : stream.integer(count);
}

/** The other operand of an operator on two values of one shape, or none if there is none. */
function partnerOf(
  stream: RandomStream,
  graph: Pick<OperatorGraph, "input" | "nodes">,
  value: number,
): number | null {
  const [rows, columns] = shapeOf(graph, value);
  const fitting = Array.from({length: graph.nodes.length + 1}, (_, other) => other).filter((other) => {
    const [r, c] = shapeOf(graph, other);
    return other !== value && r === rows && c === columns;
  });
  return fitting.length === 0 ? null : oneOf(stream, fitting);
}

function drawNode(stream: RandomStream, graph: Pick<OperatorGraph, "input" | "nodes">): GraphNode | null {
  const operator = stream.integer(3) === 0 ? "MatMul" : oneOf(stream, GRAPH_OPERATORS);
  const value = drawValue(stream, graph.nodes.length + 1);
  const [rows, columns] = shapeOf(graph, value);
  if (operator === "MatMul") return {operator, inputs: [value], shape: [rows, drawSide(stream)]};
  if (operator === "Transpose") return {operator, inputs: [value], shape: [columns, rows]};
  if (!BINARY.has(operator)) return {operator, inputs: [value], shape: [rows, columns]};
  const partner = partnerOf(stream, graph, value);
  return partner === null ? null : {operator, inputs: [value, partner], shape: [rows, columns]};
}

function drawGraph(stream: RandomStream): OperatorGraph {
  const count = 2 + stream.integer(6);
  const side = oneOf(stream, [8, 16, 32, 64, 128]);
  const array: GraphShape = [side, stream.integer(3) === 0 ? oneOf(stream, [8, 16, 32, 64, 128]) : side];
  const input: GraphShape = [drawSide(stream), drawSide(stream)];
  const nodes: GraphNode[] = [];
  while (nodes.length < count) {
    const node = drawNode(stream, {input, nodes});
    if (node !== null) nodes.push(node);
  }
  return {input, nodes, array, dataflow: oneOf(stream, ["os", "ws", "is"] as const)};
}

function drawText(stream: RandomStream): LabelledText {
  const graph = drawGraph(stream);
  return {
    text: graphText(graph, oneOf(stream, GRAPH_SYNTAXES)),
    targets: [graphCycles(graph), linearScanRegisters(graph)],
    structure: graphStructure(graph),
  };
}

/** Graphs of operators with their cycles on a systolic array and the registers that they take. (arXiv:2302.11405) */
export const graphTask: CostTask = {
  id: "graph",
  title: "graph of operators",
  targets: [
    {name: "cycles", title: "cycles", unit: "cycles"},
    {name: "registers", title: "live registers", unit: ""},
  ],
  draw: drawText,
};
