import type {ShapeFamily, Values} from "../grammar/family.js";
import {shapeFamilies} from "../grammar/registry.js";
import {meanValues, sayable} from "../grammar/values.js";
import type {Mesh} from "../mesh.js";
import {type Comparing, qualityOf, type Reference, referenceOf} from "../quality.js";
import type {Described} from "../rates.js";
import {built} from "./decode.js";

/** Few points and no silhouettes: a search compares hundreds of candidates. */
const SEARCHING: Comparing = {points: 300, seed: 0, threshold: 0.02, resolution: 1};
/** Times that each attribute is tried anew while the others stay. */
const ROUNDS = 2;

/**
 * The nearest description of a mesh that nobody has described: of each family, attributes are set one after the other to the
 * value whose object is nearest, and the best family wins. The mesh must stand upright, its y axis upwards, in its unit box.
 */
export function nearestDescription(mesh: Mesh): Described {
  const reference = referenceOf(mesh, SEARCHING);
  const found = shapeFamilies.all.map((family) => nearestOf(family, reference));
  return found.reduce((best, each) => (each.error < best.error ? each : best));
}

function nearestOf(family: ShapeFamily, reference: Reference): Described & {readonly error: number} {
  const errorOf = (values: Values) => qualityOf(reference, built(family, values, 1)).chamfer;
  let values = meanValues(family);
  let error = errorOf(values);
  for (let round = 0; round < ROUNDS; round++) {
    for (const attribute of family.attributes) {
      for (const value of sayable(attribute)) {
        const tried = {...values, [attribute.name]: value};
        const own = errorOf(tried);
        if (own < error) [values, error] = [tried, own];
      }
    }
  }
  return {family, values, error};
}
