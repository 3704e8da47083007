import type {Work} from "../../experiment/experiment.js";
import {shapeFamilies} from "../../scenes/grammar/registry.js";
import {rawBytes} from "../../scenes/mesh.js";
import {objectOf} from "../../scenes/objects.js";
import type {Outside} from "../../scenes/outside.js";
import {type Comparing, type MeshQuality, qualityOf, referenceOf} from "../../scenes/quality.js";
import {type Rate, type ReadyCodec, structuralRates, textRates} from "../../scenes/rates.js";

/** A way of storing an object, and what it costs and loses. */
export type RateQuality = Omit<Rate, "mesh"> & MeshQuality;

/** An object and everything that was made of it. */
export interface ComparedObject {
  readonly family: string;
  readonly seed: number;
  /** Bytes of the mesh as it is. */
  readonly raw: number;
  readonly rates: readonly RateQuality[];
}

/** The objects to compare, and how. */
export interface ComparedSetting {
  readonly outside: Outside;
  readonly amplitude: number;
  /** Objects of each family and seed. */
  readonly perFamily: number;
  readonly seeds: readonly number[];
  readonly detail: number;
  readonly comparing: Omit<Comparing, "seed">;
}

/** Objects of all families in every way of storing them, each measured against the object itself. */
export async function comparedObjects(
  {seeds, perFamily, comparing, ...making}: ComparedSetting,
  codecs: readonly ReadyCodec[],
  progress: Work["progress"],
): Promise<ComparedObject[]> {
  const found: ComparedObject[] = [];
  const total = seeds.length * shapeFamilies.all.length * perFamily;
  for (const seed of seeds) {
    for (const family of shapeFamilies.all) {
      for (let number = 0; number < perFamily; number++) {
        await progress(found.length / total, `${family.id} ${number + 1} of seed ${seed}`);
        const object = objectOf(family, {...making, seed, number});
        const {mesh} = object;
        const reference = referenceOf(mesh, {...comparing, seed});
        const rates = [
          ...structuralRates(mesh, codecs),
          ...textRates(object, mesh, making.detail, 100 * seed + number),
        ].map(({mesh: back, ...rate}) => ({...rate, ...qualityOf(reference, back)}));
        found.push({family: family.id, seed, raw: rawBytes(mesh), rates});
      }
    }
  }
  return found;
}
