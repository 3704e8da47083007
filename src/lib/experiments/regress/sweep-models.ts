/** Small regression models that differ in one setting, several in one file. */

import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {type RegressionModel, regressionModel} from "../../regress/model/regression-model.js";
import {elementCount, type Tensor} from "../../tensor/tensor.js";
import type {CostTaskId} from "./cost-tasks.js";

/** A model of a file of several, with what it is called there. */
export interface SweepModel {
  /** Name of its setting, which all its seeds share. */
  readonly setting: string;
  readonly seed: number;
  readonly parameters: number;
  readonly model: RegressionModel;
}

/** Tensors of every model of a file by its name; the pieces of texts are those of the file. */
function groupsOf(tensors: ReadonlyMap<string, Tensor>): ReadonlyMap<string, ReadonlyMap<string, Tensor>> {
  const groups = new Map<string, Map<string, Tensor>>();
  const shared = [...tensors].filter(([name]) => !name.includes("/"));
  for (const [name, tensor] of tensors) {
    const [model, own] = name.split("/");
    if (own === undefined) continue;
    const group = groups.get(model) ?? new Map(shared);
    groups.set(model, group.set(own, tensor));
  }
  return groups;
}

/** Weights of a model, without the pieces and the two numbers that are none. */
function parametersOf(tensors: ReadonlyMap<string, Tensor>): number {
  const weights = [...tensors].filter(([name]) => !["pieces", "heads", "digits"].includes(name));
  return weights.reduce((sum, [, {shape}]) => sum + elementCount(shape), 0);
}

/** The models of a file whose settings are wanted, products in WebAssembly. */
export async function sweepModels(
  tensors: ReadonlyMap<string, Tensor>,
  isWanted: (setting: string) => boolean,
): Promise<SweepModel[]> {
  const backend = await wasmBackend();
  return [...groupsOf(tensors)].flatMap(([name, own]) => {
    const at = name.lastIndexOf("-");
    const setting = name.slice(0, at);
    if (!isWanted(setting)) return [];
    const seed = Number(name.slice(at + 1));
    return [{setting, seed, parameters: parametersOf(own), model: regressionModel(own, backend)}];
  });
}

/** Texts of all tasks that the models were trained on, of which a setting `part-N` has one in N. */
const TRAINED: Readonly<Record<CostTaskId, number>> = {
  roofline: 9600,
  program: 7200,
  graph: 4800,
  kernel: 2400,
};

/** Training texts of a task that the models of a setting have seen. */
export function trainedTexts(setting: string, task: CostTaskId): number {
  const [kind, part] = setting.split("-");
  return Math.floor(TRAINED[task] / (kind === "part" ? Number(part) : 1));
}
