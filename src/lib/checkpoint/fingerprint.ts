import {elementCount} from "../tensor/tensor.js";
import type {StoredTensor} from "./stored-tensor.js";

/** A model by the names and shapes of its tensors: the same for any type in which they are stored. */
export interface ModelFingerprint {
  readonly tensors: number;
  readonly elements: number;
  /** FNV-1a of 64 bits over lines of name and shape, sorted, as 16 hexadecimal digits. */
  readonly digest: string;
}

/** The fingerprint of the tensors of a checkpoint. */
export function modelFingerprint(tensors: Iterable<Pick<StoredTensor, "name" | "shape">>): ModelFingerprint {
  const all = [...tensors];
  const lines = all.map(({name, shape}) => `${name} [${shape.join(", ")}]\n`).sort();
  return {
    tensors: all.length,
    elements: all.reduce((sum, {shape}) => sum + elementCount(shape), 0),
    digest: fnv1a64(lines.join("")),
  };
}

const [OFFSET, PRIME] = [0xcbf29ce484222325n, 0x100000001b3n];

/**
 * FNV-1a over the UTF-8 bytes of a text: it tells versions apart and withstands no forgery.
 * Source: Fowler, Noll, Vo; RFC 9923.
 */
function fnv1a64(text: string): string {
  let hash = OFFSET;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  return hash.toString(16).padStart(16, "0");
}
