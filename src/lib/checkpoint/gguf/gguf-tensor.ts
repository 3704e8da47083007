import type {Format} from "../../formats/format.js";
import {decodeBlocks} from "../../formats/ggml/block.js";
import {ggmlBlock, ggmlBlocks} from "../../formats/ggml/registry.js";
import {formatNamed} from "../../formats/registry.js";
import {type Dtype, floatDecoder} from "../../io/dtypes.js";
import type {BlockType} from "../../io/gguf/block-types.js";
import type {Gguf, GgufTensor} from "../../io/gguf/gguf.js";
import type {StoredTensor, Unreadable} from "../stored-tensor.js";
import {ggufModelProblem} from "./metadata.js";

/** Types of GGUF whose elements stand by themselves, by the names that safetensors has for them. */
const PLAIN: Readonly<Record<string, Dtype>> = {f64: "F64", f32: "F32", f16: "F16", bf16: "BF16"};

/** A tensor of a GGUF file, which also gives its bytes as they are. */
export interface GgufStoredTensor extends StoredTensor {
  readonly type: BlockType;
  /** `count` of its bytes from the one numbered `first`. */
  readBytes(first: number, count: number): Promise<Uint8Array>;
}

/** A tensor of a GGUF file, by the name it has there. */
export function ggufTensor({source}: Gguf, {name, shape, type, begin, end}: GgufTensor): GgufStoredTensor {
  const decode = decoderOf(type);
  const unreadable = decode === undefined ? whyNot(type) : null;
  const format = shape.length === 2 ? blockFormat(type) : undefined;
  return {
    name,
    shape,
    dtype: type.name,
    type,
    readBytes: (first, count) => source.read(begin + first, count),
    bytes: end - begin,
    partStep: type.elements,
    unreadable,
    async readElements(first, count) {
      if (decode === undefined)
        throw ggufModelProblem("bad-tensor-type", `type of ${name}`, type.name, "one that is unpacked here");
      const bytesOf = (elements: number) => (elements / type.elements) * type.bytes;
      return decode(await source.read(begin + bytesOf(first), bytesOf(count)));
    },
    ...(format?.levels && {
      async readLevels() {
        const blocks = await source.read(begin, end - begin);
        return format.levels!({format: format.id, shape, parts: {blocks}});
      },
    }),
  };
}

/** The format of a type's blocks; ggml's own name has a prefix where another format has it too. */
function blockFormat({name}: BlockType): Format | undefined {
  return ggmlBlock(name) && (formatNamed(`ggml_${name}`) ?? formatNamed(name));
}

/** The float32 values of bytes of a type of GGUF, or undefined where that cannot be. */
export function decoderOf({name}: BlockType): ((bytes: Uint8Array) => Float32Array) | undefined {
  const plain = PLAIN[name];
  if (plain !== undefined) return floatDecoder(plain);
  const block = ggmlBlock(name);
  return block && ((bytes) => decodeBlocks(block, bytes));
}

function whyNot({name}: BlockType): Unreadable {
  if (/^i\d+$/.test(name)) return {kind: "integers", reason: `${name} is no floating-point type`};
  const known = [...Object.keys(PLAIN), ...ggmlBlocks.map(({id}) => id)].join(", ");
  return {kind: "unknown", reason: `${name} is not unpacked here; ${known} are`};
}
