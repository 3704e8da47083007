import {type RandomStream, randomStream} from "../tensor/random.js";
import {ball, box, mapped, type Vector} from "./grammar/solids.js";
import {boxOf, joined, largestEdge, type Mesh} from "./mesh.js";

/** Ways in which an object leaves the grammar. */
export const OUTSIDE = ["all", "noise", "bend", "parts"] as const;

/** A way in which an object leaves the grammar. */
export type Outside = (typeof OUTSIDE)[number];

/** Waves of the noise, how many of them and how many of their lengths an object is long. */
const [WAVES, LENGTHS] = [6, [1.5, 4]] as const;
/** Root mean square of the noise at amplitude 1, in largest edges. */
const NOISE = 0.06;
/** Parts that are added. */
const PARTS = 3;
/** Size of a part at amplitude 1, in largest edges. */
const PART_SIZE = 0.3;

/**
 * A mesh with what no text of the grammar says: waves on its surface, a bend around the z axis of up to a quarter turn, and
 * parts stuck to it. Amplitude 0 leaves it as it is; each of the three grows with it.
 */
export function leftGrammar(mesh: Mesh, kind: Outside, amplitude: number, seed: number): Mesh {
  if (amplitude === 0) return mesh;
  const stream = (of: Outside) => randomStream(seed, `outside ${of}`);
  const is = (of: Outside) => kind === of || kind === "all";
  let changed = mesh;
  if (is("parts")) changed = withParts(changed, amplitude, stream("parts"));
  if (is("noise")) changed = withNoise(changed, amplitude, stream("noise"));
  if (is("bend")) changed = bent(changed, amplitude, stream("bend"));
  return changed;
}

function withNoise(mesh: Mesh, amplitude: number, stream: RandomStream): Mesh {
  const edge = largestEdge(boxOf(mesh.positions));
  const size = (amplitude * NOISE * edge * Math.SQRT2) / Math.sqrt(WAVES);
  const waves = Array.from({length: WAVES}, () => ({
    direction: unit(stream),
    phase: 2 * Math.PI * stream.uniform(),
    number: (2 * Math.PI * (LENGTHS[0] + (LENGTHS[1] - LENGTHS[0]) * stream.uniform())) / edge,
    push: unit(stream),
  }));
  return mapped(mesh, (x, y, z) => {
    const moved: [number, number, number] = [x, y, z];
    for (const {direction, phase, number, push} of waves) {
      const along = direction[0] * x + direction[1] * y + direction[2] * z;
      const height = size * Math.sin(number * along + phase);
      for (let axis = 0; axis < 3; axis++) moved[axis] += height * push[axis];
    }
    return moved;
  });
}

/** A bend: heights become arcs of a circle. */
function bent(mesh: Mesh, amplitude: number, stream: RandomStream): Mesh {
  const {low, size} = boxOf(mesh.positions);
  const angle = (amplitude * Math.PI * (stream.uniform() < 0.5 ? -1 : 1)) / 2;
  const radius = size[1] / angle;
  return mapped(mesh, (x, y, z) => {
    const turn = ((y - low[1]) / size[1]) * angle;
    return [radius - (radius - x) * Math.cos(turn), low[1] + (radius - x) * Math.sin(turn), z];
  });
}

/** Boxes and balls around vertices of the object. */
function withParts(mesh: Mesh, amplitude: number, stream: RandomStream): Mesh {
  const edge = largestEdge(boxOf(mesh.positions));
  const count = mesh.positions.length / 3;
  const parts = Array.from({length: PARTS}, () => {
    const at = 3 * stream.integer(count);
    const centre: Vector = [mesh.positions[at], mesh.positions[at + 1], mesh.positions[at + 2]];
    const size = amplitude * PART_SIZE * edge * (0.5 + stream.uniform());
    return stream.uniform() < 0.5 ? box(centre, [size, size, size], 2) : ball(centre, size / 2, size / 2, 2);
  });
  return joined([mesh, ...parts]);
}

/** A direction, uniform on the sphere. */
function unit(stream: RandomStream): Vector {
  const [x, y, z] = [stream.normal(), stream.normal(), stream.normal()];
  const length = Math.sqrt(x * x + y * y + z * z);
  return [x / length, y / length, z / length];
}
