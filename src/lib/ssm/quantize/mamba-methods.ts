/** What the methods of quantizing a state-space model do beside rounding, by name. */

import type {MambaConfig} from "../../engine/mamba/mamba-config.js";

/** What a method does beside rounding. */
export interface MambaRecipe {
  /** The input of the output projection is rounded in Hadamard space. */
  readonly rotatesOutput?: boolean;
  /** The residual stream is in Hadamard space as well. */
  readonly rotatesStream?: boolean;
  readonly smooths?: boolean;
  /** Scales of the scan's input and state from a percentile instead of the maximum. */
  readonly clips?: boolean;
  /** Scales from each token instead of from calibration. */
  readonly isDynamic?: boolean;
  /** The scan's input sorted and clustered, with a scale for each group of channels in a group of heads (Mamba2). */
  readonly clusters?: boolean;
  /** A scale of B and of C for each group of heads that shares them, and one of the state for each of its numbers. */
  readonly groupsStates?: boolean;
  /** Embedding and head are rounded too. */
  readonly roundsEnds?: boolean;
}

const RECIPES = {
  static: {},
  dynamic: {isDynamic: true},
  smoothquant: {smooths: true},
  clip: {clips: true},
  hadamard: {rotatesOutput: true},
  cluster: {clusters: true},
  "state-groups": {groupsStates: true},
  quamba: {rotatesOutput: true, rotatesStream: true, clips: true},
  quamba2: {rotatesOutput: true, rotatesStream: true, clusters: true, groupsStates: true, roundsEnds: true},
} as const satisfies Record<string, MambaRecipe>;

/**
 * The name of a method: `quamba` and `quamba2`; the baselines `static`, `dynamic` (per token) and `smoothquant`; and the
 * repairs by themselves: Quamba's `clip` and `hadamard`, Quamba2's `cluster` and `state-groups`, which only Mamba2 has.
 */
export type MambaMethod = keyof typeof RECIPES;

/** All methods by name. */
export const MAMBA_METHODS = Object.keys(RECIPES) as readonly MambaMethod[];

/** Those that a model of this architecture can take. */
export function mambaMethods(architecture: MambaConfig["architecture"]): readonly MambaMethod[] {
  return MAMBA_METHODS.filter((name) => architecture === "Mamba2ForCausalLM" || !needsHeads(name));
}

/**
 * What a method does to a model. Quamba2 on Mamba, which has no heads to cluster, is Quamba with embedding and head
 * rounded too, as its published code has it.
 * @throws RangeError if there is no such method, or it needs heads and the model has none.
 */
export function mambaRecipe(
  name: MambaMethod,
  {architecture}: Pick<MambaConfig, "architecture">,
): MambaRecipe {
  if (!Object.hasOwn(RECIPES, name)) {
    throw new RangeError(`quantizeMamba: method must be one of ${MAMBA_METHODS.join(", ")}, got ${name}`);
  }
  if (architecture === "Mamba2ForCausalLM") return RECIPES[name];
  if (needsHeads(name)) {
    throw new RangeError(`quantizeMamba: method ${name} needs a Mamba2 model, got ${architecture}`);
  }
  return name === "quamba2" ? {...RECIPES.quamba, roundsEnds: true} : RECIPES[name];
}

function needsHeads(name: MambaMethod): boolean {
  return name === "cluster" || name === "state-groups";
}
