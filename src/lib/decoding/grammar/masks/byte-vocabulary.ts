/** Tokens as the bytes that they add to a text, sorted by their bytes, so that neighbours share what they begin with. */
export interface ByteVocabulary {
  /** One above the largest id. */
  readonly size: number;
  /** Ids of the tokens that have bytes, in the order of these. */
  readonly ids: Uint32Array;
  /** Bytes of the token at each place of that order. */
  readonly bytes: readonly Uint8Array[];
  readonly tree: PrefixTree;
}

/** All beginnings of tokens, each once, in the order in which one reads them: a beginning, then all that go on from it. */
export interface PrefixTree {
  /** The last byte of each beginning, and how many bytes it has. */
  readonly byte: Uint8Array;
  readonly length: Uint16Array;
  /** Place after all that go on from each. */
  readonly end: Uint32Array;
  /** Place in the order of the tokens: those from `first[i]` to `first[i + 1]` are this beginning. */
  readonly first: Uint32Array;
  readonly longest: number;
}

/** Bytes of a token at most. */
const LONGEST = 65_535;

/**
 * Sorts a vocabulary.
 * @param bytesOf the bytes of an id; undefined or none for an id that a grammar never allows, such as a special token
 * @throws RangeError for a token of more than 65,535 bytes.
 */
export function byteVocabulary(
  size: number,
  bytesOf: (id: number) => Uint8Array | undefined,
): ByteVocabulary {
  const tokens: {readonly id: number; readonly bytes: Uint8Array}[] = [];
  for (let id = 0; id < size; id++) {
    const bytes = bytesOf(id);
    if (bytes === undefined || bytes.length === 0) continue;
    if (bytes.length > LONGEST)
      throw new RangeError(
        `byteVocabulary: token ${id} must have at most ${LONGEST} bytes, got ${bytes.length}`,
      );
    tokens.push({id, bytes});
  }
  tokens.sort((a, b) => compareBytes(a.bytes, b.bytes) || a.id - b.id);
  const bytes = tokens.map((token) => token.bytes);
  return {size, ids: Uint32Array.from(tokens, ({id}) => id), bytes, tree: prefixTree(bytes)};
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = sharedBytes(a, b);
  return shared === a.length || shared === b.length ? a.length - b.length : a[shared] - b[shared];
}

/** Bytes that two tokens begin with. */
export function sharedBytes(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < most && a[shared] === b[shared]) shared++;
  return shared;
}

function prefixTree(tokens: readonly Uint8Array[]): PrefixTree {
  const byte: number[] = [];
  const length: number[] = [];
  const end: number[] = [];
  const first: number[] = [];
  const open: number[] = [];
  let longest = 0;
  const closeTo = (depth: number) => {
    while (open.length > depth) end[open.pop()!] = byte.length;
  };
  for (const [place, token] of tokens.entries()) {
    closeTo(place === 0 ? 0 : sharedBytes(tokens[place - 1], token));
    for (let at = open.length; at < token.length; at++) {
      open.push(byte.push(token[at]) - 1);
      length.push(at + 1);
      // A beginning that is no token holds the place of the next one.
      first.push(place);
    }
    longest = Math.max(longest, token.length);
  }
  closeTo(0);
  return {
    byte: Uint8Array.from(byte),
    length: Uint16Array.from(length),
    end: Uint32Array.from(end),
    first: Uint32Array.from([...first, tokens.length]),
    longest,
  };
}
