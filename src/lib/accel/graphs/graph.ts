import {edgeCycles} from "../systolic/corrected.js";
import type {Dataflow} from "../systolic/layer.js";

/** Operators of a graph: a product with weights, a product of two values, and element by element. */
export const GRAPH_OPERATORS = ["MatMul", "Relu", "Gelu", "Softmax", "Add", "Mul", "Transpose"] as const;
/** A kind of operator. */
export type GraphOperator = (typeof GRAPH_OPERATORS)[number];

/** [rows, columns] of a value. */
export type GraphShape = readonly [rows: number, columns: number];

/** One operator; `inputs` are earlier values, 0 the graph's input, i + 1 what operator i gives. */
export interface GraphNode {
  readonly operator: GraphOperator;
  readonly inputs: readonly number[];
  readonly shape: GraphShape;
}

/** Operators in the order in which they run, the last one the graph's output, and the array that runs them. */
export interface OperatorGraph {
  readonly input: GraphShape;
  readonly nodes: readonly GraphNode[];
  readonly array: GraphShape;
  readonly dataflow: Dataflow;
}

/** Shape of value `index`. */
export function shapeOf({input, nodes}: Pick<OperatorGraph, "input" | "nodes">, index: number): GraphShape {
  return index === 0 ? input : nodes[index - 1].shape;
}

/** Vector lanes beside the array: one a column; these operators read an element so many times. */
const PASSES: Readonly<Partial<Record<GraphOperator, number>>> = {Softmax: 3, Gelu: 2};

/** Times that an operator element by element reads an element. */
export const vectorPasses = (operator: GraphOperator): number => PASSES[operator] ?? 1;

function nodeCycles(graph: OperatorGraph, {operator, inputs, shape}: GraphNode): number {
  const [rows, columns] = shape;
  if (operator !== "MatMul") return Math.ceil((rows * columns) / graph.array[1]) * vectorPasses(operator);
  const K = shapeOf(graph, inputs[0])[1];
  return edgeCycles({type: "gemm", M: rows, N: columns, K}, graph.dataflow, graph.array);
}

/**
 * Cycles of all operators one after another: products on the systolic array, the rest on one vector lane a column of the
 * array, an element a cycle and pass.
 */
export function graphCycles(graph: OperatorGraph): number {
  return graph.nodes.reduce((sum, node) => sum + nodeCycles(graph, node), 0);
}

/** Operator that reads each value last; the output is read after the end. */
export function lastUses({nodes}: Pick<OperatorGraph, "nodes">): number[] {
  const last = new Array<number>(nodes.length + 1).fill(-1);
  nodes.forEach(({inputs}, at) => {
    for (const value of inputs) last[value] = at;
  });
  last[nodes.length] = nodes.length;
  return last;
}

/**
 * Registers that a linear scan takes, a value each, result and operands at once: at every operator it frees what was read
 * last before and takes the first free one for the result. (Poletto and Sarkar, doi.org/10.1145/330249.330250)
 */
export function linearScanRegisters(graph: Pick<OperatorGraph, "nodes">): number {
  const last = lastUses(graph);
  const held = new Map<number, number>([[0, 0]]);
  let taken = 1;
  graph.nodes.forEach((_, at) => {
    for (const [value] of held) if (last[value] < at) held.delete(value);
    const used = new Set(held.values());
    let free = 0;
    while (used.has(free)) free++;
    held.set(at + 1, free);
    taken = Math.max(taken, free + 1);
  });
  return taken;
}
