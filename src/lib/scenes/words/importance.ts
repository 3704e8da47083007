import {studentInterval} from "../../stats/interval.js";
import {estimateMean} from "../../stats/moments.js";
import {randomStream} from "../../tensor/random.js";
import type {ShapeFamily} from "../grammar/family.js";
import {drawValues, meanValues, phraseOf} from "../grammar/values.js";
import {type Comparing, qualityOf, referenceOf} from "../quality.js";
import {built} from "./decode.js";
import {asSaid} from "./text.js";

/** Worth of an attribute: how much worse the reconstruction is without its phrase. */
export interface Importance {
  readonly name: string;
  /** Mean increase of the Chamfer distance over the objects, in largest edges. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Mean bytes of the phrase with what separates it. */
  readonly bytes: number;
}

/** Objects that importance is measured on: none of those that codecs are compared on. */
export interface Training {
  readonly objects: number;
  readonly seed: number;
  readonly detail: number;
  readonly comparing: Comparing;
}

/** Setting of the measurement that orders the phrases of every text. */
export const TRAINING: Training = {
  objects: 12,
  seed: 0,
  detail: 1,
  comparing: {points: 400, seed: 0, threshold: 0.02, resolution: 4},
};

/** Bytes between two phrases. */
const SEPARATOR_BYTES = 2;

/**
 * Importance of all attributes of a family, the highest first: each is left out of full descriptions of random objects, its
 * value replaced by the mean of the prior. Intervals are Student's t over objects.
 */
export function importanceOf(family: ShapeFamily, training: Training = TRAINING): Importance[] {
  const {objects, seed, detail, comparing} = training;
  const mean = meanValues(family);
  const increases = family.attributes.map(() => new Float64Array(objects));
  const bytes = family.attributes.map(() => 0);
  for (let i = 0; i < objects; i++) {
    const values = drawValues(family, randomStream(seed, `training ${family.id} ${i}`));
    const reference = referenceOf(built(family, values, detail), comparing);
    const said = asSaid(family, values);
    const errorOf = (other: typeof said) => qualityOf(reference, built(family, other, detail)).chamfer;
    const whole = errorOf(said);
    for (const [a, attribute] of family.attributes.entries()) {
      const {name} = attribute;
      increases[a][i] = errorOf({...said, [name]: mean[name]}) - whole;
      bytes[a] += phraseOf(attribute, values[name]).length + SEPARATOR_BYTES;
    }
  }
  return family.attributes
    .map(({name}, a) => ({
      name,
      ...studentInterval(estimateMean(increases[a]), objects),
      bytes: bytes[a] / objects,
    }))
    .sort((a, b) => b.value - a.value);
}

const orders = new Map<string, readonly string[]>();

/** Names of a family's attributes, the most important first; measured once. */
export function importanceOrder(family: ShapeFamily): readonly string[] {
  const known = orders.get(family.id) ?? importanceOf(family).map(({name}) => name);
  orders.set(family.id, known);
  return known;
}
