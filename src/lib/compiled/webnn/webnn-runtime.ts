/** Runs graphs of fixed shapes by WebNN where a browser has it. */

import type {OnnxGraph, OnnxValue} from "../onnx/onnx-model.js";
import type {OnnxRuntime} from "../onnx/onnx-text.js";
import {descriptorOf, type WebnnBuilder, type WebnnDescriptor, webnnOutputs} from "./webnn-graph.js";

type Operand = {readonly webnn: "operand"};
type Graph = {readonly webnn: "graph"};
type MlTensor = {readonly webnn: "tensor"};
type Tensors = Readonly<Record<string, MlTensor>>;

/** As much of `MLContext` as a run takes. */
export interface WebnnContext {
  createTensor(
    descriptor: WebnnDescriptor & {readonly writable?: boolean; readonly readable?: boolean},
  ): Promise<MlTensor>;
  writeTensor(tensor: MlTensor, data: Float32Array | Int32Array): void;
  readTensor(tensor: MlTensor): Promise<ArrayBuffer>;
  dispatch(graph: Graph, inputs: Tensors, outputs: Tensors): void;
}

/** `MLGraphBuilder` of a browser. */
export type WebnnBuilderClass = new (
  context: WebnnContext,
) => WebnnBuilder<Operand> & {build(outputs: Readonly<Record<string, Operand>>): Promise<Graph>};

/**
 * Compiles graphs, which are then run in order.
 * @throws the browser's error for an operator or a size that its machine lacks.
 */
export async function webnnRuntime(
  context: WebnnContext,
  Builder: WebnnBuilderClass,
  graphs: readonly OnnxGraph[],
): Promise<OnnxRuntime> {
  const compiled: {graph: Graph; inputs: Tensors; outputs: Tensors; named: readonly OnnxValue[]}[] = [];
  for (const each of graphs) {
    const builder = new Builder(context);
    const graph = await builder.build(webnnOutputs(builder, each));
    const [inputs, outputs] = [
      await tensorsOf(context, each.inputs, {writable: true}),
      await tensorsOf(context, each.outputs, {readable: true}),
    ];
    compiled.push({graph, inputs, outputs, named: each.outputs});
  }
  return async (part, given) => {
    const {graph, inputs, outputs, named} = compiled[part];
    for (const [name, {data}] of Object.entries(given)) context.writeTensor(inputs[name], data);
    context.dispatch(graph, inputs, outputs);
    const read = named.map(
      async ({name}) => [name, {data: new Float32Array(await context.readTensor(outputs[name]))}] as const,
    );
    return Object.fromEntries(await Promise.all(read));
  };
}

async function tensorsOf(
  context: WebnnContext,
  values: readonly OnnxValue[],
  use: {readonly writable?: boolean; readonly readable?: boolean},
): Promise<Tensors> {
  const made = values.map(
    async (value) => [value.name, await context.createTensor({...descriptorOf(value), ...use})] as const,
  );
  return Object.fromEntries(await Promise.all(made));
}
