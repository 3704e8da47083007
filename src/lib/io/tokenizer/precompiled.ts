import type {JsonObject} from "../json-file.js";
import {asString, growthLimit, tokenizerProblem} from "./fields.js";
import type {Normalizer} from "./normalize.js";

/** Bytes of a cluster of characters that may be replaced as a whole. */
const MOST_CLUSTER_BYTES = 5;

/** The rules of a `Precompiled`: a double-array trie over UTF-8, whose values are places in texts that end in a zero. */
interface Rules {
  readonly units: Uint32Array;
  readonly texts: Uint8Array;
}

/**
 * The normalizer `Precompiled`: rules of sentencepiece, compiled into a double array.
 * (https://github.com/google/sentencepiece, normalizer.cc; https://github.com/s-yata/darts-clone, darts.h)
 * @throws FormatError if the rules are cut off or no base64.
 */
export function parsePrecompiled(options: JsonObject, field: string): Normalizer {
  const rules = parseRules(
    asString(options.get("precompiled_charsmap"), `${field}.precompiled_charsmap`),
    field,
  );
  const clusters = new Intl.Segmenter("en", {granularity: "grapheme"});
  const encoder = new TextEncoder();
  const ruled = (text: string): string | undefined => replacement(rules, encoder.encode(text));
  return (text) => {
    const grow = growthLimit(field, text.length);
    let made = "";
    for (const {segment} of clusters.segment(text)) {
      const bytes = encoder.encode(segment).length;
      const whole = bytes <= MOST_CLUSTER_BYTES ? ruled(segment) : undefined;
      const part = whole ?? Array.from(segment, (character) => ruled(character) ?? character).join("");
      grow(part.length);
      made += part;
    }
    return made;
  };
}

function parseRules(base64: string, field: string): Rules {
  const bytes = bytesOf(base64, field);
  const size = bytes.length < 4 ? 0 : new DataView(bytes.buffer).getUint32(0, true);
  if (size === 0 || size % 4 !== 0 || 4 + size > bytes.length)
    throw tokenizerProblem(
      "bad-value",
      `${field}.precompiled_charsmap`,
      `${bytes.length} bytes`,
      "whole rules",
    );
  const view = new DataView(bytes.buffer, 4, size);
  return {
    units: Uint32Array.from({length: size / 4}, (_, i) => view.getUint32(4 * i, true)),
    texts: bytes.subarray(4 + size),
  };
}

function bytesOf(base64: string, field: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    throw tokenizerProblem("bad-value", `${field}.precompiled_charsmap`, base64, "base64");
  }
}

/** The text for the shortest key that `key` begins with, or undefined. */
function replacement({units, texts}: Rules, key: Uint8Array): string | undefined {
  let node = offsetOf(units[0]);
  for (const byte of key) {
    if (byte === 0) return undefined;
    node ^= byte;
    const unit = units[node];
    if (unit === undefined || labelOf(unit) !== byte) return undefined;
    node ^= offsetOf(unit);
    if (hasLeaf(unit)) return textAt(texts, (units[node] ?? 0) & 0x7fffffff);
  }
  return undefined;
}

/** Fields of a unit of darts-clone; a leaf has its highest bit set, so that no byte is its label. */
const labelOf = (unit: number) => (unit & 0x800000ff) >>> 0;
const hasLeaf = (unit: number) => ((unit >>> 8) & 1) === 1;
const offsetOf = (unit: number) => (unit >>> 10) << ((unit & 0x200) >>> 6);

function textAt(texts: Uint8Array, start: number): string {
  const end = texts.indexOf(0, start);
  return new TextDecoder().decode(texts.subarray(start, end < 0 ? texts.length : end));
}
