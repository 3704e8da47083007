/** The contract of a method that chooses which weights of a layer go. */

import type {Calibration} from "../../engine/calibration/calibration.js";
import {checkParams} from "../../technique/check-params.js";
import type {Params, ParamValues} from "../../technique/params.js";
import type {Technique} from "../../technique/technique.js";
import {requireFinite} from "../../tensor/require.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";
import {type PruningPattern, patternDensity} from "./pattern.js";

/** Statistics of a layer's inputs, and values of a method's parameters that are not at their defaults. */
export interface PruneLayerOptions {
  readonly inputs?: Calibration;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** A pruning method as the registry has it. */
export interface PruningMethod<Id extends string = string> extends Technique {
  readonly id: Id;
  /** Weights that compete for a density. */
  readonly competes: "all weights of a matrix" | "the weights of a row" | "the weights of a block of columns";
  /** True where the weights that stay are changed to make up for those that go. */
  readonly compensates: boolean;
  /**
   * Gives the weight [out, in] with zeros for what goes; where nothing goes, the weight as it is.
   * @throws RangeError if a group of the pattern does not divide the inputs, a weight is NaN or infinite, the statistics are
   * missing or of other inputs, or a parameter is not allowed.
   */
  prune(weight: Tensor, pattern: PruningPattern, options?: PruneLayerOptions): Tensor;
}

interface PruningParts<Id extends string, P extends Params, N extends readonly "calibration"[]>
  extends Omit<PruningMethod<Id>, "params" | "needs" | "family" | "prune"> {
  readonly params: P;
  readonly needs: N;
  readonly prune: (
    weight: Tensor,
    pattern: PruningPattern,
    inputs: N extends readonly [] ? Calibration | undefined : Calibration,
    params: ParamValues<P>,
  ) => Tensor;
}

/** Makes the record of a method: its `prune` then checks what goes in. */
export function pruningMethod<
  const Id extends string,
  const P extends Params,
  const N extends readonly "calibration"[],
>({prune, ...facts}: PruningParts<Id, P, N>): PruningMethod<Id> {
  const where = `prune ${facts.id}`;
  return Object.freeze({
    ...facts,
    family: "sparse",
    prune(weight: Tensor, pattern: PruningPattern, {inputs, params = {}}: PruneLayerOptions = {}) {
      const values = checkParams(where, facts.params, params);
      checkWeight(where, weight, pattern);
      if (patternDensity(pattern) === 1) return weight;
      checkInputs(where, weight, inputs, facts.needs.length > 0);
      return prune(weight, pattern, inputs as Calibration, values);
    },
  } satisfies PruningMethod<Id>);
}

function checkWeight(where: string, weight: Tensor, pattern: PruningPattern): void {
  const {columns} = matrixSize(weight);
  requireFinite(where, "weight", weight.data);
  if (pattern.kind === "n-of-m" && columns % pattern.m !== 0) {
    throw new RangeError(
      `${where}: weight must have a multiple of ${pattern.m} inputs for ${pattern.n}:${pattern.m}, got ${columns}`,
    );
  }
}

function checkInputs(
  where: string,
  weight: Tensor,
  inputs: Calibration | undefined,
  isNeeded: boolean,
): void {
  if (!isNeeded) return;
  const {columns} = matrixSize(weight);
  if (inputs?.inputs === columns) return;
  throw new RangeError(
    `${where}: inputs must be the statistics of ${columns} inputs, got ${inputs ? inputs.inputs : "none"}`,
  );
}
