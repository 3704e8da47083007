import type {Family} from "../../technique/families.js";
import type {ParamValues} from "../../technique/params.js";
import type {Mesh} from "../mesh.js";

/** Knobs of every codec of meshes. */
export const MESH_PARAMS = {
  bits: {
    kind: "integer",
    label: "Bits of a coordinate",
    help: "Steps of the grid along the largest edge, as a power of two.",
    min: 4,
    max: 16,
    default: 11,
  },
  keep: {
    kind: "number",
    label: "Share of triangles kept",
    help: "The mesh is decimated before it is coded.",
    min: 0.001,
    max: 1,
    log: true,
    default: 1,
  },
} as const;

/** A setting of a codec. */
export type MeshSetting = ParamValues<typeof MESH_PARAMS>;

/** A codec that has been loaded. */
export interface LoadedCodec {
  /** The bytes of a file. @throws RangeError for a mesh without a triangle. */
  encode(mesh: Mesh, setting: MeshSetting): Uint8Array;
  /** The mesh that a file of {@link encode} stands for. */
  decode(bytes: Uint8Array): Mesh;
}

/** A codec that keeps the shape of a mesh: vertices and triangles, fewer of both and to fewer bits. */
export interface MeshCodec {
  /** Lower case with hyphens. */
  readonly id: string;
  readonly label: string;
  readonly source: string;
  readonly family: Family;
  /** Its way of decimating, in words. */
  readonly decimation: string;
  /** Loads what it runs on. */
  load(): Promise<LoadedCodec>;
}

/** Settings from the most bytes to the fewest: first coarser grids, then fewer triangles on still coarser ones. */
export const LADDER: readonly MeshSetting[] = [
  {bits: 14, keep: 1},
  {bits: 10, keep: 1},
  {bits: 9, keep: 0.3},
  {bits: 8, keep: 0.08},
  {bits: 6, keep: 0.02},
  {bits: 5, keep: 0.007},
];

/** The largest number of triangles that a setting keeps; a solid needs four. */
export const triangleLimit = (triangles: number, {keep}: MeshSetting): number =>
  Math.max(4, Math.round(triangles * keep));
