import {elementNamed, objectIn, objectsIn, type Place, wholeIn} from "./json-values.js";
import {MOST_BYTES, problem, requireFew} from "./problem.js";

/** Types of numbers of an accessor by the numbers of glTF. (glTF 2.0 specification, section 3.6.2.2) */
const COMPONENTS: ReadonlyMap<
  number,
  {readonly bytes: number; readonly read: (view: DataView, at: number) => number}
> = new Map([
  [5121, {bytes: 1, read: (view, at) => view.getUint8(at)}],
  [5123, {bytes: 2, read: (view, at) => view.getUint16(at, true)}],
  [5125, {bytes: 4, read: (view, at) => view.getUint32(at, true)}],
  [5126, {bytes: 4, read: (view, at) => view.getFloat32(at, true)}],
]);
const FLOAT = 5126;
const GLB_CURE = "Export it as one GLB file, without compression";

/** The buffers of a file in memory, and the lists that refer to them. */
export interface Buffers {
  readonly buffers: readonly Uint8Array[];
  readonly views: readonly Place[];
  readonly accessors: readonly Place[];
}

/**
 * The buffers of a glTF file: the binary part of a GLB file, or data addresses.
 * @throws FormatError for a buffer in another file.
 */
export function buffersOf(gltf: Place, binary: Uint8Array | undefined): Buffers {
  const buffers = objectsIn(gltf, "buffers").map((place, i) => {
    const uri = place.object.get("uri");
    if (uri === undefined && i === 0 && binary !== undefined) return binary;
    const data = typeof uri === "string" ? /^data:[\w.+/-]*;base64,/.exec(uri) : null;
    if (data === null) {
      throw problem("external-buffer", `${place.where}.uri`, uri ?? "nothing", "data inside the file", {
        cure: GLB_CURE,
      });
    }
    return fromBase64((uri as string).slice(data[0].length), place.where);
  });
  return {buffers, views: objectsIn(gltf, "bufferViews"), accessors: objectsIn(gltf, "accessors")};
}

function fromBase64(text: string, where: string): Uint8Array {
  try {
    const characters = atob(text);
    return Uint8Array.from({length: characters.length}, (_, i) => characters.charCodeAt(i));
  } catch {
    throw problem("base64", `${where}.uri`, `${text.length} characters`, "base64");
  }
}

/** Positions of vertices. @throws FormatError unless the accessor holds three finite floats a vertex. */
export function positionsOf(all: Buffers, attributes: Place): Float32Array {
  const accessor = elementNamed(all.accessors, attributes, "POSITION");
  if (accessor.object.get("componentType") !== FLOAT || accessor.object.get("type") !== "VEC3") {
    const value = `${accessor.object.get("type")} of ${accessor.object.get("componentType")}`;
    throw problem("accessor", accessor.where, value, "three floats a vertex", {cure: GLB_CURE});
  }
  const values = Float32Array.from(numbersOf(all, accessor, 3));
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw problem("coordinate", `${accessor.where}[${wrong}]`, values[wrong], "finite");
  return values;
}

/** Indices of corners. @throws FormatError unless all of them name one of so many vertices. */
export function indicesOf(all: Buffers, primitive: Place, vertices: number): Uint32Array {
  const isListed = primitive.object.has("indices");
  const accessor = isListed ? elementNamed(all.accessors, primitive, "indices") : undefined;
  const indices =
    accessor === undefined
      ? Uint32Array.from({length: vertices}, (_, i) => i)
      : Uint32Array.from(numbersOf(all, accessor, 1));
  const wrong = indices.findIndex((index) => index >= vertices);
  if (wrong >= 0) {
    throw problem("index", `${primitive.where}.indices[${wrong}]`, indices[wrong], `below ${vertices}`);
  }
  return indices.subarray(0, indices.length - (indices.length % 3));
}

/** The numbers of an accessor, every one of them inside its buffer. */
function numbersOf({buffers, views}: Buffers, accessor: Place, width: number): Float64Array {
  const {object, where} = accessor;
  const component = COMPONENTS.get(object.get("componentType") as number);
  if (component === undefined) {
    throw problem(
      "component-type",
      `${where}.componentType`,
      object.get("componentType"),
      "5121, 5123, 5125 or 5126",
    );
  }
  if (object.has("sparse"))
    throw problem("sparse", where, "sparse", "an accessor that is not sparse", {cure: GLB_CURE});
  const count = wholeIn(accessor, "count");
  requireFew(`${where}.count`, (count * width) / 3);
  const view = elementNamed(views, accessor, "bufferView");
  if (objectIn(view, "extensions") !== undefined) {
    throw problem("compressed", view.where, "an extension", "plain bytes", {cure: GLB_CURE});
  }
  const index = wholeIn(view, "buffer");
  const start = wholeIn(view, "byteOffset", 0);
  const length = wholeIn(view, "byteLength");
  const buffer = buffers[index];
  if (buffer === undefined || start + length > Math.min(buffer.length, MOST_BYTES)) {
    throw problem("view", view.where, `${start} + ${length}`, `inside one of ${buffers.length} buffers`);
  }
  const step = wholeIn(view, "byteStride", width * component.bytes) || width * component.bytes;
  const offset = wholeIn(accessor, "byteOffset", 0);
  const end = count === 0 ? 0 : offset + (count - 1) * step + width * component.bytes;
  if (end > length)
    throw problem("accessor", where, `${end} bytes`, `within the ${length} bytes of its view`);
  const bytes = new DataView(buffer.buffer, buffer.byteOffset + start, length);
  const values = new Float64Array(count * width);
  for (let i = 0; i < values.length; i++) {
    const at = offset + Math.floor(i / width) * step + (i % width) * component.bytes;
    values[i] = component.read(bytes, at);
  }
  return values;
}
