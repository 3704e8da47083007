import {expect} from "vitest";
import type {oneObject} from "../../../src/lib/experiments/scenes/one-object.js";
import type {rateDistortion} from "../../../src/lib/experiments/scenes/rate-distortion.js";
import {keptRows} from "../kept.js";
import {distinct, type Finding, findingsOf, rowWith} from "./finding.js";

const rates = keptRows<typeof rateDistortion>("scenes/rate-distortion");
const objects = keptRows<typeof oneObject>("scenes/one-object");

const amplitudes = distinct(rates, ({amplitude}) => amplitude);
const WHOLE = "at most 100 characters";

/** The smallest file of triangles whose mean error is that of all words or less, times smaller than the mesh. */
function overtaken(amplitude: number): number {
  const own = rates.filter((row) => row.amplitude === amplitude);
  const words = rowWith(own, {codec: "text", kept: WHOLE});
  const files = own.filter(({codec, chamfer}) => !codec.startsWith("text") && chamfer <= words.chamfer);
  return Math.max(...files.map(({ratio}) => ratio));
}

/** Findings of the page on objects. */
export const sceneFindings: readonly Finding[] = [
  ...findingsOf("src/scenes/words-instead-of-triangles.md", {
    "Most triangles of these meshes say little of the shape: Draco loses hardly anything when it keeps few of them":
      () => {
        for (const amplitude of amplitudes) {
          const own = rates.filter((row) => row.amplitude === amplitude);
          const whole = rowWith(own, {codec: "original", kept: "float32"});
          const few = rowWith(own, {codec: "draco", kept: "8 bits, 8 % of the triangles"});
          expect(few.chamfer).toBeLessThan(1.1 * whole.chamfer);
        }
      },
    "the nearest description that a search finds": () => {
      const named = objects.filter(
        ({object, codec, kept}) => object === "teapot" && codec === "text" && kept === WHOLE,
      );
      expect(named.map(({text}) => text?.split(",")[0])).toHaveLength(1);
      expect(named[0].chamfer).toBeGreaterThan(0.02);
    },
    "words win by construction once files are small enough": () => {
      for (const seed of [0, 1, 2]) {
        const own = rates.filter(({amplitude}) => amplitude === 0);
        const words = rowWith(own, {codec: "text", kept: WHOLE}).bySeed[seed];
        const smallest = rowWith(own, {codec: "draco", kept: "5 bits, 0.7 % of the triangles"});
        expect(words).toBeLessThan(smallest.bySeed[seed]);
      }
    },
    "how soon they lose when an object is something else": () => {
      const found = amplitudes.toSorted((a, b) => a - b).map(overtaken);
      expect(found).toEqual(found.toSorted((a, b) => a - b));
      expect(found.at(-1)).toBeGreaterThan(2 * found[0]);
    },
  }),
];
