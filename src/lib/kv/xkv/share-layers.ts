import {type Format, packedBytes} from "../../formats/format.js";
import {type XkvGroup, xkvFactorize, xkvGroups, xkvReconstruct, xkvTruncate} from "./xkv.js";
import {isShared} from "./xkv-bytes.js";

/** The keys or values of all layers as they are read back, and the bytes that were kept for them. */
export interface KeptLayers {
  /** A layer each, [tokens, width] */
  readonly layers: readonly Float32Array[];
  readonly bytes: number;
}

/**
 * The groups of all layers of one text, decomposed once for every rank up to `rank`.
 * @param layers keys before rotary or values, each [tokens, width]
 * @throws RangeError as {@link xkvGroups} and {@link xkvFactorize}.
 */
export function shareBases(
  layers: readonly Float32Array[],
  width: number,
  {groupSize, rank}: {readonly groupSize: number; readonly rank: number},
): XkvGroup[] {
  return xkvGroups(0, layers.length - 1, groupSize).map((members) =>
    xkvFactorize(
      members.map((layer) => layers[layer]),
      width,
      rank,
    ),
  );
}

/**
 * xKV on all layers at one rank: every group really packed, and read back. A group whose factors would take more room than
 * what they stand for is packed as it is, so that no rank costs more than none. (arXiv:2503.18893, section 4)
 * @param bases of the same layers, decomposed to at least `rank` (or to all there is)
 * @throws RangeError if the format cannot say a value.
 */
export function shareLayers(
  layers: readonly Float32Array[],
  bases: readonly XkvGroup[],
  rank: number,
  format: Format,
): KeptLayers {
  let first = 0;
  const groups = bases.map((base) => {
    const members = layers.slice(first, first + base.factors.length);
    first += members.length;
    const columns = members.length * base.width;
    return isShared(base.tokens, columns, rank)
      ? shareGroup(xkvTruncate(base, rank), format)
      : keepWhole(members, base.width, format);
  });
  return {
    layers: groups.flatMap((group) => group.layers),
    bytes: groups.reduce((sum, {bytes}) => sum + bytes, 0),
  };
}

function shareGroup(group: XkvGroup, format: Format): KeptLayers {
  const {tokens, rank, width} = group;
  const basis = stored(group.basis, [tokens, rank], format);
  const factors = group.factors.map((factor) => stored(factor, [rank, width], format));
  const packed = {...group, basis: basis.data, factors: factors.map(({data}) => data)};
  return {
    layers: factors.map((_, layer) => xkvReconstruct(packed, layer)),
    bytes: [basis, ...factors].reduce((sum, {bytes}) => sum + bytes, 0),
  };
}

/** Layers as they are, each packed in a format and read back. @throws RangeError if the format cannot say a value. */
export function keepWhole(layers: readonly Float32Array[], width: number, format: Format): KeptLayers {
  const whole = layers.map((layer) => stored(layer, [layer.length / width, width], format));
  return {layers: whole.map(({data}) => data), bytes: whole.reduce((sum, {bytes}) => sum + bytes, 0)};
}

function stored(data: Float32Array, shape: readonly number[], format: Format) {
  const packed = format.encode({shape, data});
  return {data: format.decode(packed).data, bytes: packedBytes(packed)};
}
