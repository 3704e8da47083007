import type {TokenModel} from "./vocabulary.js";

/** Words whose ids are kept, and the length up to which a piece is one: texts say the same words again and again. */
const [KEPT_WORDS, LONGEST_WORD] = [10_000, 32];

/** A model's encoder that remembers the ids of words. */
export function keepingWords(encode: (piece: string) => readonly number[]): TokenModel["encode"] {
  const kept = new Map<string, readonly number[]>();
  return (piece) => {
    if (piece.length > LONGEST_WORD) return encode(piece);
    const known = kept.get(piece);
    if (known !== undefined) return known;
    if (kept.size >= KEPT_WORDS) kept.clear();
    const ids = encode(piece);
    kept.set(piece, ids);
    return ids;
  };
}
