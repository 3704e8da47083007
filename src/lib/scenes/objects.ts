import {randomStream} from "../tensor/random.js";
import type {ShapeFamily, Values} from "./grammar/family.js";
import {drawValues} from "./grammar/values.js";
import {inUnitBox, type Mesh, unitBoxOf} from "./mesh.js";
import {leftGrammar, type Outside} from "./outside.js";

/** An object to compress: what the grammar can say of it, and its mesh in its unit box. */
export interface SceneObject {
  readonly family: ShapeFamily;
  readonly values: Values;
  readonly mesh: Mesh;
}

/** Setting by which an object is made. */
export interface Making {
  readonly seed: number;
  /** Which of the seed's objects of the family. */
  readonly number: number;
  readonly detail: number;
  readonly outside: Outside;
  /** Distance from the grammar, 0 for an object of the grammar. */
  readonly amplitude: number;
}

/** The same object whenever it is made: drawn from the prior of its family, then taken out of the grammar. */
export function objectOf(family: ShapeFamily, making: Making): SceneObject {
  const {seed, number, detail, outside, amplitude} = making;
  const values = drawValues(family, randomStream(seed, `object ${family.id} ${number}`));
  const mesh = leftGrammar(family.build(values, detail), outside, amplitude, 1000 * seed + number);
  return {family, values, mesh: inUnitBox(mesh, unitBoxOf(mesh))};
}
