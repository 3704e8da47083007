import {CHARACTER_TOKENS, CHARACTERS, characterIds} from "./characters.js";

/** A vocabulary of characters and of longer pieces without digits, so that numbers are read digit by digit. */
export interface PieceVocabulary {
  /** Pieces by id, from {@link CHARACTER_TOKENS} on. */
  readonly pieces: readonly string[];
  /** Ids of pad, unknown, characters and pieces. */
  readonly size: number;
  /** Ids of a text: at each place the longest piece that fits, else the character. */
  encode(text: string): Int32Array;
  /** The text of each id. */
  textOf(id: number): string;
}

/** The vocabulary of some pieces of at least two characters. */
export function pieceVocabulary(pieces: readonly string[]): PieceVocabulary {
  const ids = new Map(pieces.map((piece, i) => [piece, CHARACTER_TOKENS + i]));
  const lengths = lengthsOf(pieces);
  const idAt = (text: string, at: number): [id: number, length: number] => {
    for (const length of lengths.get(text[at]) ?? []) {
      const id = ids.get(text.slice(at, at + length));
      if (id !== undefined) return [id, length];
    }
    const character = String.fromCodePoint(text.codePointAt(at) as number);
    return [characterIds(character)[0], character.length];
  };
  return {
    pieces,
    size: CHARACTER_TOKENS + pieces.length,
    encode(text) {
      const found: number[] = [];
      for (let at = 0; at < text.length; ) {
        const [id, length] = idAt(text, at);
        found.push(id);
        at += length;
      }
      return Int32Array.from(found);
    },
    textOf: (id) => (id >= CHARACTER_TOKENS ? pieces[id - CHARACTER_TOKENS] : (CHARACTERS[id - 2] ?? "")),
  };
}

/** Lengths of the pieces that begin with a character, the longest first. */
function lengthsOf(pieces: readonly string[]): ReadonlyMap<string, number[]> {
  const lengths = new Map<string, Set<number>>();
  for (const piece of pieces) {
    const own = lengths.get(piece[0]) ?? new Set();
    lengths.set(piece[0], own.add(piece.length));
  }
  return new Map([...lengths].map(([first, own]) => [first, [...own].sort((a, b) => b - a)]));
}

/** Runs that may become pieces: words, runs of signs, and all that stands between two digits. */
const RUNS: readonly RegExp[] = [/[A-Za-z_]{2,}/g, /[^A-Za-z0-9_\s]{2,}/g, /[^0-9]{2,24}/g];

/** Picks the pieces that save the most tokens of some texts, at most `count`, the most saving first. */
export function choosePieces(texts: Iterable<string>, count: number): string[] {
  const saved = new Map<string, number>();
  for (const text of texts) {
    for (const run of new Set(RUNS.flatMap((form) => text.match(form) ?? [])))
      saved.set(run, (saved.get(run) ?? 0) + run.length - 1);
  }
  const order = [...saved].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return order.slice(0, count).map(([piece]) => piece);
}

/** Tokens that are stored as the codes of their characters, each ended by a zero. */
export function tokensOfCodes(codes: Float32Array): string[] {
  const text = Array.from(codes, (code) => String.fromCharCode(code)).join("");
  return text.split("\0").slice(0, -1);
}
