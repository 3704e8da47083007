// What is used of the Draco package, which brings no types.

declare module "draco3d/draco_encoder_nodejs.js" {
  interface Encoder {
    SetSpeedOptions(encoding: number, decoding: number): void;
    SetAttributeQuantization(attribute: number, bits: number): void;
    EncodeMeshToDracoBuffer(mesh: object, into: Int8Values): number;
  }
  interface MeshBuilder {
    AddFacesToMesh(mesh: object, faces: number, indices: Uint32Array): boolean;
    AddFloatAttributeToMesh(
      mesh: object,
      attribute: number,
      points: number,
      components: number,
      values: Float32Array,
    ): number;
  }
  interface Int8Values {
    GetValue(index: number): number;
  }
  export interface EncoderModule {
    readonly POSITION: number;
    readonly Encoder: new () => Encoder;
    readonly MeshBuilder: new () => MeshBuilder;
    readonly Mesh: new () => object;
    readonly DracoInt8Array: new () => Int8Values;
    destroy(object: object): void;
  }
  export default function create(options: {wasmBinary?: Uint8Array}): Promise<EncoderModule>;
}

declare module "draco3d/draco_decoder_nodejs.js" {
  interface DecodedMesh {
    num_faces(): number;
    num_points(): number;
  }
  interface Decoder {
    DecodeArrayToMesh(
      bytes: Int8Array,
      length: number,
      mesh: DecodedMesh,
    ): {ok(): boolean; error_msg(): string};
    GetAttributeId(mesh: DecodedMesh, attribute: number): number;
    GetAttribute(mesh: DecodedMesh, id: number): object;
    GetTrianglesUInt32Array(mesh: DecodedMesh, bytes: number, place: number): boolean;
    GetAttributeDataArrayForAllPoints(
      mesh: DecodedMesh,
      attribute: object,
      type: number,
      bytes: number,
      place: number,
    ): boolean;
  }
  export interface DecoderModule {
    readonly POSITION: number;
    readonly DT_FLOAT32: number;
    readonly HEAPU8: Uint8Array;
    readonly Decoder: new () => Decoder;
    readonly Mesh: new () => DecodedMesh;
    _malloc(bytes: number): number;
    _free(place: number): void;
    destroy(object: object): void;
  }
  export default function create(options: {wasmBinary?: Uint8Array}): Promise<DecoderModule>;
}
