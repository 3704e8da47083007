/** What a person who knows a task would look at in its texts. */

import {GRAPH_OPERATORS, shapeOf} from "../../accel/graphs/graph.js";
import {readGraph} from "../../accel/graphs/graph-text.js";
import {parameterCount} from "../../accel/model.js";
import {type RooflineSettings, rooflineComposition} from "../../accel/roofline-text.js";
import {KERNELS, kernelWork, readKernelShape} from "../../regress/kernels/kernel-shapes.js";
import type {Features} from "../../regress/ladder/features.js";
import {
  type Expression,
  innerStatements,
  loopDepth,
  type Program,
  type Statement,
} from "../../regress/programs/program.js";
import {readProgram} from "../../regress/programs/read.js";
import type {CostTaskId} from "./cost-tasks.js";

const log = (value: number): number => Math.log10(1 + value);
const isOne = (value: unknown, options: readonly unknown[]): number[] =>
  options.map((option) => Number(value === option));

/** Parameters, rates, bits and lengths of a config.json with machine, formats and work. */
function ofRoofline(text: string): number[] {
  const {model, machine, formats, workload} = rooflineComposition(text);
  const {tflops, int8_tops} = JSON.parse(text) as RooflineSettings;
  const {active, total} = parameterCount(model);
  const {hidden_size, num_hidden_layers, num_attention_heads, num_key_value_heads} = JSON.parse(
    text,
  ) as Readonly<Record<string, number>>;
  const kept = (num_hidden_layers * num_key_value_heads * hidden_size) / num_attention_heads;
  const bits = [formats.weights, formats.activations, formats.kv].map((format) => format.bitsPerElement);
  const {batch, prompt, output} = workload;
  const sizes = [active, total, kept, machine.bandwidthGBs, tflops, int8_tops, batch, prompt, output];
  return [...sizes.map(log), ...bits];
}

/** Operators by kind, sizes of the array, work of the products, elements of the rest. */
function ofGraph(text: string): number[] {
  const graph = readGraph(text);
  const counts = GRAPH_OPERATORS.map((kind) => graph.nodes.filter(({operator}) => operator === kind).length);
  const work = graph.nodes.map(({operator, inputs, shape}) => ({
    isProduct: operator === "MatMul",
    size: shape[0] * shape[1] * (operator === "MatMul" ? shapeOf(graph, inputs[0])[1] : 1),
  }));
  const sumOf = (isProduct: boolean) =>
    work.reduce((sum, each) => sum + (each.isProduct === isProduct ? each.size : 0), 0);
  // A value that is read later than by the next operator keeps its register.
  const waits = graph.nodes.flatMap(({inputs}, at) => inputs.map((value) => at - value));
  const longest = waits.reduce((most, wait) => Math.max(most, wait), 0);
  const reads = waits.filter((wait) => wait > 0).length;
  return [
    ...counts,
    graph.nodes.length,
    ...graph.array.map(log),
    ...isOne(graph.dataflow, ["os", "ws", "is"]),
    ...[sumOf(true), sumOf(false), ...graph.input].map(log),
    longest,
    reads,
  ];
}

/** A bound that is written as a number, or a usual one where only a run could tell. */
const boundOf = (expression: Expression): number => (typeof expression === "number" ? expression : 8);

/** Times that statements run if loops end as they are written. */
function timesRun(statements: readonly Statement[]): number {
  return statements.reduce((sum, statement) => {
    const inner = timesRun(innerStatements(statement));
    if (statement.kind === "for")
      return sum + Math.max(0, boundOf(statement.to) - boundOf(statement.from)) * (1 + inner);
    return sum + (statement.kind === "while" ? 12 * (1 + inner) : 1 + inner);
  }, 0);
}

const all = (statements: readonly Statement[]): Statement[] =>
  statements.flatMap((statement) => [statement, ...all(innerStatements(statement))]);

const STATEMENTS = ["let", "array", "assign", "store", "if", "for", "while"] as const;

function ofParsed({functions, body}: Program, text: string): number[] {
  const statements = all(body);
  const counts = STATEMENTS.map((kind) => statements.filter((each) => each.kind === kind).length);
  const elements = statements.reduce(
    (sum, each) => sum + (each.kind === "array" ? boundOf(each.size) : 0),
    0,
  );
  const printed = body.at(-1);
  const first = statements.find((each) => each.kind === "let");
  return [
    ...counts,
    functions.length,
    loopDepth(body),
    log(timesRun(body)),
    log(elements),
    (text.match(/[-+*%]/g) ?? []).length,
    typeof (printed?.kind === "print" && printed.value) === "number" ? 1 : 0,
    first?.kind === "let" && typeof first.value === "number" ? first.value : 0,
    log(text.length),
  ];
}

function ofKernel(text: string): number[] {
  const shape = readKernelShape(text);
  const sizes = Array.from({length: 4}, (_, i) => log(shape.sizes[i] ?? 0));
  return [...isOne(shape.kernel, Object.keys(KERNELS)), ...sizes, log(kernelWork(shape))];
}

const READERS: Readonly<Record<CostTaskId, (text: string) => number[]>> = {
  roofline: ofRoofline,
  graph: ofGraph,
  program: (text) => ofParsed(readProgram(text), text),
  kernel: ofKernel,
};

/** Features of a task's texts, chosen by hand. */
export function handFeatures(id: CostTaskId): Features {
  return (text) => Float64Array.from(READERS[id](text));
}
