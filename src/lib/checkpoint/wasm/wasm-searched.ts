/** Floats with a searched range, packed and unpacked in WebAssembly: the search is the definition's, with faster sums. */
import {castTable} from "../../formats/cast.js";
import type {FloatElement} from "../../formats/element.js";
import {
  type FloatErrors,
  searchedElements,
  searchedFloat,
  searchFloat,
} from "../../formats/float/float-searched.js";
import type {Format, Packed} from "../../formats/format.js";
import {requirePart} from "../../formats/pack.js";
import {packTensorScale} from "../../formats/tensor-scale.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {Tensor} from "../../tensor/tensor.js";
import {castOf, castsOf, castTables, type GroupKernels} from "./grouped.js";
import {scaleMakers} from "./scale-makers.js";
import type {FastCodec} from "./wasm-codec.js";
import {decoderUnderOne} from "./wasm-codes.js";
import {encoderOf, largestOf} from "./wasm-groups.js";

/** Elements of a row that the kernel takes: whole vectors. */
const LANES = 16;

/** Encoders and decoders by the id of their format. */
export function wasmSearchedCodecs(heap: WasmHeap, kernels: GroupKernels): ReadonlyMap<string, FastCodec> {
  const errors = errorsBy(heap, kernels);
  return new Map(
    [4, 8].map((bits): [string, FastCodec] => {
      const format = searchedFloat(bits);
      return [
        format.id,
        {
          encode: (x) => encode(heap, kernels, errors, format, x),
          decode: decoderOf(heap, kernels, format),
        },
      ];
    }),
  );
}

function encode(
  heap: WasmHeap,
  kernels: GroupKernels,
  errors: FloatErrors,
  format: Format,
  x: Tensor,
): Packed {
  if (x.data.length === 0 || (x.shape.at(-1) ?? 1) % LANES !== 0) return format.encode(x);
  // What is not finite is the plain encoder's to refuse.
  if (!Number.isFinite(largestOf(heap, kernels.groups, kernels.ways)(x.data))) return format.encode(x);
  const {bits} = format.codebook;
  const {exponentBits, scale} = searchFloat(x, bits, errors);
  const parts = {scales: packTensorScale(scale), exponentBits: Uint8Array.of(exponentBits)};
  const encodeUnder = encoderOf(heap, kernels, {
    format,
    size: null,
    pack: castOf(castsOf(heap, kernels.codes), searchedElements(bits)[exponentBits - 1]),
    scales: () => scaleMakers(heap, kernels.groups).same(scale, parts),
  });
  return encodeUnder(x);
}

/** The definition's sums by the kernel. */
function errorsBy(heap: WasmHeap, {codes}: GroupKernels): FloatErrors {
  const tableAt = castTables(heap);
  const values = new Map<FloatElement, number>();
  const valuesAt = (element: FloatElement): number => {
    const at = values.get(element) ?? heap.allocate(4 * element.values.length);
    if (!values.has(element)) heap.floats(at, element.values.length).set(element.values);
    values.set(element, at);
    return at;
  };
  return (x) => (element, scale, limit) => {
    const [table, levels] = [tableAt(castTable(element)), valuesAt(element)];
    // Tables that are made later lie where scratch was before.
    const at = heap.scratch(4 * x.length);
    heap.floats(at, x.length).set(x);
    return codes.kernel.castError(at, x.length, scale, table, levels, limit);
  };
}

function decoderOf(heap: WasmHeap, {codes}: GroupKernels, format: Format): Format["decode"] {
  const {bits} = format.codebook;
  const elementOf = (packed: Packed) => searchedElements(bits)[requirePart(packed, "exponentBits", 1)[0] - 1];
  const decode = decoderUnderOne(heap, codes.kernel, format, (packed) => elementOf(packed).values);
  // An element that there is not is the plain decoder's to refuse.
  return (packed, into) => (elementOf(packed) === undefined ? format.decode(packed) : decode(packed, into));
}
