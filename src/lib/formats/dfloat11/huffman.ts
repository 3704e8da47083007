/** Prefix codes of bytes: lengths by Huffman's algorithm, canonical codes, tables that decode a byte of the stream at a time. */

/** Bits of the longest code: what a thread's gap of five bits can skip. */
export const LONGEST_CODE = 32;

/** Symbols in use with the bits of their codes, shorter codes first and, within a length, smaller symbols first. */
export interface CodeLengths {
  readonly symbols: Uint8Array;
  readonly lengths: Uint8Array;
}

interface Node {
  readonly weight: number;
  /** Symbols below the node. */
  readonly symbols: readonly number[];
}

/** Takes the lighter of the two first nodes of queues that are sorted by weight. */
function lighter(leaves: Node[], joined: Node[]): Node {
  const [leaf, node] = [leaves[0], joined[0]];
  return node === undefined || (leaf !== undefined && leaf.weight <= node.weight)
    ? leaves.shift()!
    : joined.shift()!;
}

/** Depth of each symbol in Huffman's tree of some weights; a symbol alone has 1. */
function depths(weights: ReadonlyMap<number, number>): Map<number, number> {
  const leaves = Array.from(weights, ([symbol, weight]): Node => ({weight, symbols: [symbol]}));
  leaves.sort((a, b) => a.weight - b.weight || a.symbols[0] - b.symbols[0]);
  const depth = new Map(Array.from(weights.keys(), (symbol) => [symbol, weights.size === 1 ? 1 : 0]));
  const joined: Node[] = [];
  while (leaves.length + joined.length > 1) {
    const [a, b] = [lighter(leaves, joined), lighter(leaves, joined)];
    const symbols = [...a.symbols, ...b.symbols];
    for (const symbol of symbols) depth.set(symbol, depth.get(symbol)! + 1);
    joined.push({weight: a.weight + b.weight, symbols});
  }
  return depth;
}

/**
 * Lengths of the codes of symbols by their counts. Where a code would be longer than 32 bits, the 2, 3 … rarest symbols count
 * once until it is not, as in the authors' code.
 * @param counts one for each of 256 symbols; those of 0 get no code
 */
export function codeLengths(counts: ArrayLike<number>): CodeLengths {
  const used = Array.from(counts, (count, symbol) => ({count, symbol})).filter(({count}) => count > 0);
  const rarest = used.toSorted((a, b) => a.count - b.count || a.symbol - b.symbol);
  for (let equal = 1; ; equal++) {
    const weights = new Map(rarest.map(({symbol, count}, i) => [symbol, equal > 1 && i < equal ? 1 : count]));
    const found = [...depths(weights)].sort((a, b) => a[1] - b[1] || a[0] - b[0]);
    if (found.every(([, length]) => length <= LONGEST_CODE)) {
      return {
        symbols: Uint8Array.from(found, ([symbol]) => symbol),
        lengths: Uint8Array.from(found, ([, length]) => length),
      };
    }
  }
}

/** The code of each symbol in the order of `symbols`: the canonical ones, the highest bit first. */
export function canonicalCodes({lengths}: CodeLengths): Uint32Array {
  const codes = new Uint32Array(lengths.length);
  for (let i = 1; i < lengths.length; i++) {
    codes[i] = (codes[i - 1] + 1) * 2 ** (lengths[i] - lengths[i - 1]);
  }
  return codes;
}

/**
 * True for lengths that `codeLengths` can give: in order, each symbol once, and every bit pattern the beginning of one code; a
 * symbol alone leaves half of them.
 */
export function isPrefixCode({symbols, lengths}: CodeLengths): boolean {
  const isOrdered = lengths.every(
    (length, i) =>
      length >= 1 &&
      length <= LONGEST_CODE &&
      (i === 0 || length > lengths[i - 1] || (length === lengths[i - 1] && symbols[i] > symbols[i - 1])),
  );
  const isOnce = new Set(symbols).size === symbols.length;
  const share = lengths.reduce((sum, length) => sum + 2 ** -length, 0);
  return isOrdered && isOnce && share === (lengths.length < 2 ? lengths.length / 2 : 1);
}

/** In an entry of a table: the next byte of the code is looked up in the table whose number is below. */
export const NEXT_TABLE = 0x8000;

/**
 * Tables of 256 entries, the next 8 bits of the stream being the place: code length times 256 plus symbol where the code ends
 * there, {@link NEXT_TABLE} plus another table's number where it goes on, 0 where no code begins so. Entries of 16 bits, unlike
 * the authors' bytes, hold all 256 symbols: exponents of 240 and more, infinity and NaN among them.
 */
export function decodingTables(code: CodeLengths): Uint16Array {
  const codes = canonicalCodes(code);
  const tables: Uint16Array[] = [new Uint16Array(256)];
  code.symbols.forEach((symbol, i) => {
    const length = code.lengths[i];
    let table = 0;
    let left = length;
    for (; left > 8; left -= 8) {
      const at = Math.floor(codes[i] / 2 ** (left - 8)) % 256;
      if (tables[table][at] === 0) {
        tables[table][at] = NEXT_TABLE + tables.length;
        tables.push(new Uint16Array(256));
      }
      table = tables[table][at] - NEXT_TABLE;
    }
    const first = (codes[i] * 2 ** (8 - left)) % 256;
    tables[table].fill(length * 256 + symbol, first, first + 2 ** (8 - left));
  });
  const all = new Uint16Array(256 * tables.length);
  for (const [i, table] of tables.entries()) all.set(table, 256 * i);
  return all;
}
