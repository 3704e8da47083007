import type {TensorSet} from "../../experiment/experiment.js";
import {experiment} from "../../experiment/experiment.js";
import {readMesh} from "../../scenes/files/read-mesh.js";
import {shapeFamilies} from "../../scenes/grammar/registry.js";
import {inUnitBox, type Mesh, rawBytes, triangleCount, unitBoxOf} from "../../scenes/mesh.js";
import {objectOf} from "../../scenes/objects.js";
import {OUTSIDE} from "../../scenes/outside.js";
import {COMPARING, qualityOf, referenceOf} from "../../scenes/quality.js";
import {type Described, loadCodecs, structuralRates, textRates} from "../../scenes/rates.js";
import {nearestDescription} from "../../scenes/words/search.js";
import {qualityColumns} from "./quality-columns.js";

/** Meshes of packages; the others are made here. */
const REAL = ["bunny", "teapot"] as const;
/** Most triangles of a file: each row holds the mesh that comes back. */
const MOST_TRIANGLES = 200_000;
const NEEDS = ["meshes/bunny", "meshes/teapot"] as const;

/** One object, its meshes included, in every way of storing it. */
export const oneObject = experiment({
  id: "scenes/one-object",
  title: "One object at every rate",
  question: "What is left of an object in so many bytes?",
  source:
    "semantic compression of 3D objects, arXiv:2505.16679; Draco, meshoptimizer; the Stanford bunny and the Utah teapot from the packages that ship them",
  params: {
    object: {
      kind: "choice",
      label: "Object",
      options: [...shapeFamilies.ids, ...REAL],
      default: "chair",
    },
    file: {
      kind: "file",
      label: "A mesh of yours",
      help: "glTF, GLB or OBJ up to 64 MB, standing upright, in place of the object. It does not leave this machine.",
      holds: "file",
      accepts: "glTF, GLB or OBJ file",
      default: null,
    },
    amplitude: {
      kind: "number",
      label: "Distance from the grammar",
      help: "Waves on the surface, a bend and further parts; 0 is an object that the grammar can describe.",
      min: 0,
      max: 1,
      step: 0.01,
      default: 0.1,
    },
    outside: {
      kind: "choice",
      label: "What leaves the grammar",
      options: OUTSIDE,
      default: "all",
      advanced: true,
    },
    seed: {kind: "integer", label: "Seed of the object", min: 0, max: 999, default: 4},
    detail: {
      kind: "integer",
      label: "Fineness of the tessellation",
      min: 1,
      max: 9,
      default: 1,
      advanced: true,
    },
    points: {
      kind: "integer",
      label: "Points on a surface",
      min: 200,
      max: 50_000,
      log: true,
      default: 10_000,
      advanced: true,
    },
  },
  columns: {
    object: {type: "string", label: "Object"},
    codec: {type: "string", label: "Codec"},
    label: {type: "string", label: "Way of storing"},
    kept: {type: "string", label: "Setting"},
    text: {type: "string", label: "Text", nullable: true},
    bytes: {type: "integer", label: "File", unit: "bytes", provenance: "measured"},
    ratio: {type: "number", label: "Times smaller", provenance: "measured"},
    chamfer: {type: "number", label: "Chamfer distance", unit: "of the largest edge", provenance: "measured"},
    ...qualityColumns,
    triangleCount: {type: "integer", label: "Triangles", provenance: "measured"},
    positions: {
      type: "numbers",
      precision: "float32",
      label: "Coordinates, three a vertex",
      unit: "of the largest edge",
      provenance: "measured",
    },
    triangles: {type: "integers", label: "Corners, three a triangle", provenance: "measured"},
  },
  needs: NEEDS,
  needsOf: ({object, file}) => (file === null ? NEEDS.filter((need) => need === `meshes/${object}`) : []),
  sweep: [{}, {object: "teapot"}],
  async run({object, file, amplitude, outside, seed, detail, points}, {data, progress}) {
    await progress(0, "the object");
    const real = REAL.find((name) => name === object);
    const own = file === null ? null : small(await readMesh(file));
    const given = own ?? (real === undefined ? null : storedMesh(data.get(`meshes/${real}`)));
    const made =
      given === null
        ? objectOf(shapeFamilies.byId(object), {seed, number: 0, detail, outside, amplitude})
        : described(given);
    await progress(0.1, "codecs");
    const reference = referenceOf(made.mesh, {...COMPARING, points});
    const rates = [
      ...structuralRates(made.mesh, await loadCodecs()),
      ...textRates(made, made.mesh, detail, seed),
    ];
    const rows = [];
    for (const [n, {mesh, text = null, ...rate}] of rates.entries()) {
      await progress(0.2 + (0.8 * n) / rates.length, `${rate.label}: ${rate.kept}`);
      const {chamfer, chamferSquared, hausdorff, fScore, normalConsistency, silhouetteIou} = qualityOf(
        reference,
        mesh,
      );
      rows.push({
        object: own === null ? object : "your file",
        ...rate,
        text,
        ratio: rawBytes(made.mesh) / rate.bytes,
        chamfer,
        chamferSquared,
        hausdorff,
        fScore,
        normalConsistency,
        silhouetteIou,
        triangleCount: triangleCount(mesh),
        positions: Array.from(mesh.positions),
        triangles: Array.from(mesh.triangles),
        provenance: "measured" as const,
      });
    }
    return rows;
  },
});

/** @throws RangeError for more triangles than its rows, one mesh a row, can hold. */
function small(mesh: Mesh): Mesh {
  const count = triangleCount(mesh);
  if (count <= MOST_TRIANGLES) return mesh;
  throw new RangeError(
    `scenes/one-object: file must hold at most ${MOST_TRIANGLES} triangles, got ${count}. Decimate it first.`,
  );
}

/** A mesh of a data set. */
function storedMesh(tensors: TensorSet): Mesh {
  const [positions, triangles] = ["positions", "triangles"].map((name) => tensors.get(name)?.data);
  return {positions: positions ?? new Float32Array(), triangles: Uint32Array.from(triangles ?? [])};
}

/** A mesh that is not of the grammar, in its unit box, with the nearest description there is. */
function described(mesh: Mesh): Described & {readonly mesh: Mesh} {
  const standing = inUnitBox(mesh, unitBoxOf(mesh));
  return {...nearestDescription(standing), mesh: standing};
}
