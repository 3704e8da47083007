/** From here on an entry of a byte's table names another table. (`NEXT_TABLE` of `formats/dfloat11`) */
const NEXT_TABLE: i32 = 0x8000;
/** Bits of a place in the table of several codes; three places fit in what {@link ahead} is sure to hold. */
const PLACE_BITS: u64 = 11;
/** Symbols that three entries hold at most. */
const AT_ONCE: i32 = 12;

/** The bits from bit `at` on, the first at the top; 33 of them are there whatever `at` is. */
function ahead(stream: usize, at: u32): u64 {
  const words = load<u64>(stream + ((<usize>(at >>> 5)) << 2));
  return rotl<u64>(words, 32) << (at & 31);
}

/** An entry: up to four symbols, a byte each, then the bits of their codes and their number. */
function entryOf(several: usize, bits: u64): u64 {
  return load<u64>(several + ((<usize>(bits >> (64 - PLACE_BITS))) << 3));
}

/**
 * Symbols of `count` codes in a stream of 32-bit words, the highest bit of a word first. Gives the bit after the last code; -1
 * where other bits are met, or where the stream ends before.
 * @param several entries of the codes that begin in 11 bits; none of a code that ends beyond
 * @param tables 256 entries of 16 bits each, as `decodingTables` makes them
 */
export function readCodes(
  stream: usize,
  end: u32,
  several: usize,
  tables: usize,
  count: i32,
  symbols: usize,
): f64 {
  const last = symbols + <usize>count;
  let at: u32 = 0;
  while (symbols < last) {
    while (symbols + AT_ONCE <= last && at < end) {
      let bits = ahead(stream, at);
      const first = entryOf(several, bits);
      const firstBits = <u32>((first >> 32) & 255);
      bits <<= firstBits;
      const second = entryOf(several, bits);
      const secondBits = <u32>((second >> 32) & 255);
      bits <<= secondBits;
      const third = entryOf(several, bits);
      store<u32>(symbols, <u32>first);
      symbols += <usize>(first >> 40);
      store<u32>(symbols, <u32>second);
      symbols += <usize>(second >> 40);
      store<u32>(symbols, <u32>third);
      symbols += <usize>(third >> 40);
      at += firstBits + secondBits + <u32>((third >> 32) & 255);
      if (third >> 40 === 0) break;
    }
    if (symbols === last) break;
    const entry = longEntry(ahead(stream, at), tables);
    if (entry === 0 || at >= end) return -1;
    store<u8>(symbols++, entry);
    at += entry >> 8;
  }
  return <f64>at;
}

/** The length times 256 and the symbol of the code at the top of some bits; 0 where none begins so. */
function longEntry(bits: u64, tables: usize): u32 {
  let entry = <i32>load<u16>(tables + ((<usize>(bits >> 56)) << 1));
  while (entry >= NEXT_TABLE) {
    bits <<= 8;
    entry = <i32>load<u16>(tables + ((((<usize>(entry - NEXT_TABLE)) << 8) + <usize>(bits >> 56)) << 1));
  }
  return entry;
}

/** Words of bfloat16 from their exponents, and their signs and mantissas, a byte each; 16 at a time. */
export function joinWords(exponents: usize, signMantissas: usize, count: i32, words: usize): void {
  for (let i = 0; i < count; i += 16, exponents += 16, signMantissas += 16, words += 32) {
    const exponent = v128.load(exponents);
    const rest = v128.load(signMantissas);
    const low = v128.or(v128.and(rest, i8x16.splat(127)), i8x16.shl(exponent, 7));
    const high = v128.or(v128.and(rest, i8x16.splat(-128)), i8x16.shr_u(exponent, 1));
    v128.store(words, v128.shuffle<i8>(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    v128.store(
      words,
      v128.shuffle<i8>(low, high, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31),
      16,
    );
  }
}
