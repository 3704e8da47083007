import {randomStream} from "../../tensor/random.js";
import type {ShapeFamily, Values} from "../grammar/family.js";
import type {Detail} from "../grammar/solids.js";
import {drawValues, meanValues} from "../grammar/values.js";
import {inUnitBox, type Mesh, unitBoxOf} from "../mesh.js";
import {readText} from "./text.js";

/** The mesh of an object in its unit box. */
export function built(family: ShapeFamily, values: Values, detail: Detail): Mesh {
  const mesh = family.build(values, detail);
  return inUnitBox(mesh, unitBoxOf(mesh));
}

/**
 * The mesh that a text stands for: its family's program, run on what is said and, for what is not, on the mean of the prior.
 * With a seed it is drawn from the prior instead, as a generator with randomness would.
 * @throws RangeError for a text that is not of the grammar.
 */
export function decodeText(text: string, detail: Detail, seed?: number): Mesh {
  const {family, said} = readText(text);
  const unsaid =
    seed === undefined ? meanValues(family) : drawValues(family, randomStream(seed, `unsaid ${family.id}`));
  return built(family, {...unsaid, ...said}, detail);
}
