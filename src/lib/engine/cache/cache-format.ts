/** Number formats as a parameter of caches. */

import {fp16} from "../../formats/float/float.js";
import type {Format, Packed} from "../../formats/format.js";
import {formatById, sizedFormatIds} from "../../formats/registry.js";
import type {ChoiceParam} from "../../technique/params.js";
import {type PackedSize, packedSize} from "./packed-size.js";

/** The format in which a technique packs what it keeps: any whose bytes a cache can count before it holds them. */
export const cacheFormatParam = {
  kind: "choice",
  label: "Number format of what is kept",
  options: sizedFormatIds,
  default: fp16.id,
} as const satisfies ChoiceParam<string>;

/** A format of caches: it unpacks nothing twice, and its sizes are counted once. */
export interface CacheFormat {
  readonly format: Format;
  readonly size: PackedSize;
}

const known = new Map<string, CacheFormat>();

/** A format as caches of studies use it. */
export function cacheFormat(format: Format): CacheFormat {
  const found = known.get(format.id) ?? {format: decodedOnce(format), size: packedSize(format)};
  known.set(format.id, found);
  return found;
}

/** {@link cacheFormat} of a registered format. @throws RangeError listing the ids if there is none. */
export const cacheFormatById = (id: string): CacheFormat => cacheFormat(formatById(id));

/**
 * The same format, which unpacks no tensor twice while it is held. A decoder unpacks its cache with every token; a study of
 * many texts need not. Neither what is stored nor what is counted changes.
 */
export function decodedOnce(format: Format): Format {
  const unpacked = new WeakMap<Packed, ReturnType<Format["decode"]>>();
  return {
    ...format,
    decode(packed) {
      const found = unpacked.get(packed) ?? format.decode(packed);
      unpacked.set(packed, found);
      return found;
    },
  };
}

/** The shares that techniques are asked for, as they are written in labels. */
const SHARES: Readonly<Record<number, string>> = {0.5: "½", 0.25: "¼", 0.125: "⅛"};

/** ½ for 0.5. */
export const shareText = (share: number): string => SHARES[share] ?? String(share);

/** A label with the format beside it, unless that is the baseline's. */
export const withFormat = (label: string, {id, title}: Format): string =>
  id === fp16.id ? label : `${label} + ${title.split(" ")[0]}`;

/** 12.5 % for 0.125. */
export const percentText = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;
