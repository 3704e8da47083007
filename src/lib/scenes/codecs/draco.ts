import type {DecoderModule} from "draco3d/draco_decoder_nodejs.js";
import type {EncoderModule} from "draco3d/draco_encoder_nodejs.js";
import {type Mesh, triangleCount} from "../mesh.js";
import {type LoadedCodec, type MeshCodec, triangleLimit} from "./codec.js";
import {simplified, simplifierReady} from "./simplify.js";

/** 0 compresses best and is slowest, of 10. */
const SPEED = 0;

/** Google's Draco: connectivity by Edgebreaker, coordinates predicted from neighbouring triangles. */
export const draco: MeshCodec = {
  id: "draco",
  label: "Draco",
  source: "google/draco 1.5.7, Edgebreaker: Rossignac, doi.org/10.1109/2945.764870",
  family: "int",
  decimation: "quadric error",
  async load() {
    const [encoder, decoder] = await Promise.all([loadEncoder(), loadDecoder(), simplifierReady]);
    return dracoCodec(encoder, decoder);
  },
};

async function loadEncoder(): Promise<EncoderModule> {
  const {default: create} = await import("draco3d/draco_encoder_nodejs.js");
  return create(IN_NODE ? {} : await wasmOf(import.meta.resolve("draco3d/draco_encoder.wasm")));
}

async function loadDecoder(): Promise<DecoderModule> {
  const {default: create} = await import("draco3d/draco_decoder_nodejs.js");
  return create(IN_NODE ? {} : await wasmOf(import.meta.resolve("draco3d/draco_decoder.wasm")));
}

/** In Node the package finds its file itself; in a page the file comes from the page's own origin. */
const IN_NODE = typeof process !== "undefined" && process.versions?.node !== undefined;

async function wasmOf(address: string): Promise<{wasmBinary: Uint8Array}> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`draco: its code at ${address} did not come: ${response.status}`);
  return {wasmBinary: new Uint8Array(await response.arrayBuffer())};
}

function dracoCodec(encoding: EncoderModule, decoding: DecoderModule): LoadedCodec {
  return {
    encode: (mesh, setting) =>
      encodeDraco(encoding, simplified(mesh, triangleLimit(triangleCount(mesh), setting)), setting.bits),
    decode: (bytes) => decodeDraco(decoding, bytes),
  };
}

function encodeDraco(module: EncoderModule, {positions, triangles}: Mesh, bits: number): Uint8Array {
  const [encoder, builder] = [new module.Encoder(), new module.MeshBuilder()];
  const [mesh, bytes] = [new module.Mesh(), new module.DracoInt8Array()];
  try {
    builder.AddFacesToMesh(mesh, triangles.length / 3, triangles);
    builder.AddFloatAttributeToMesh(mesh, module.POSITION, positions.length / 3, 3, positions);
    encoder.SetSpeedOptions(SPEED, SPEED);
    encoder.SetAttributeQuantization(module.POSITION, bits);
    const length = encoder.EncodeMeshToDracoBuffer(mesh, bytes);
    if (length <= 0) {
      throw new RangeError(
        `draco: mesh must have triangles with three different corners, got ${triangles.length / 3} triangles`,
      );
    }
    return Uint8Array.from({length}, (_, i) => bytes.GetValue(i));
  } finally {
    for (const each of [encoder, builder, mesh, bytes]) module.destroy(each);
  }
}

function decodeDraco(module: DecoderModule, bytes: Uint8Array): Mesh {
  const [decoder, mesh] = [new module.Decoder(), new module.Mesh()];
  try {
    const status = decoder.DecodeArrayToMesh(new Int8Array(bytes), bytes.length, mesh);
    if (!status.ok()) throw new RangeError(`draco: bytes must be a Draco file, got ${status.error_msg()}`);
    const attribute = decoder.GetAttribute(mesh, decoder.GetAttributeId(mesh, module.POSITION));
    const triangles = copied(module, 12 * mesh.num_faces(), (length, place) =>
      decoder.GetTrianglesUInt32Array(mesh, length, place),
    );
    const positions = copied(module, 12 * mesh.num_points(), (length, place) =>
      decoder.GetAttributeDataArrayForAllPoints(mesh, attribute, module.DT_FLOAT32, length, place),
    );
    return {positions: new Float32Array(positions), triangles: new Uint32Array(triangles)};
  } finally {
    for (const each of [decoder, mesh]) module.destroy(each);
  }
}

/** Bytes that the module writes into its own memory, copied out of it. */
function copied(module: DecoderModule, length: number, write: (length: number, place: number) => boolean) {
  const place = module._malloc(length);
  try {
    write(length, place);
    return module.HEAPU8.slice(place, place + length).buffer;
  } finally {
    module._free(place);
  }
}
