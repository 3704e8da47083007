/** Exponents of words of bfloat16 by how often they occur: 256 integers, added to; four lists, so that equal neighbours do not wait. */
export function countExponents(words: usize, count: i32, counts: usize): void {
  let i = 0;
  for (; i + 4 <= count; i += 4, words += 8) {
    const four = load<u64>(words);
    countIn(counts, <u32>(four >> 7));
    countIn(counts + 1024, <u32>(four >> 23));
    countIn(counts + 2048, <u32>(four >> 39));
    countIn(counts + 3072, <u32>(four >> 55));
  }
  for (; i < count; i++, words += 2) countIn(counts, <u32>load<u16>(words) >> 7);
}

function countIn(counts: usize, exponent: u32): void {
  const at = counts + ((<usize>(exponent & 255)) << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Signs and mantissas of words, a byte each; 16 at a time. */
export function splitWords(words: usize, count: i32, signMantissas: usize): void {
  for (let i = 0; i < count; i += 16, words += 32, signMantissas += 16) {
    v128.store(
      signMantissas,
      i8x16.narrow_i16x8_u(signMantissa(v128.load(words)), signMantissa(v128.load(words, 16))),
    );
  }
}

function signMantissa(word: v128): v128 {
  const sign = v128.and(i16x8.shr_u(word, 8), i16x8.splat(0x80));
  return v128.or(sign, v128.and(word, i16x8.splat(0x7f)));
}

/** The entry of the exponent in the low half of some bits: its code, and above it the length of that. */
function entryOf(table: usize, bits: u32): u64 {
  return load<u64>(table + ((<usize>((bits >> 7) & 255)) << 3));
}

/**
 * Codes of the exponents of words, one after the other in 32-bit words, the highest bit first; two at once where they have no
 * more than 32 bits. Gives the chunks of the stream in which a code begins; for each, the bits before it, and for each block
 * of chunks, the words before it.
 * @param table 256 entries of 64 bits: the code, and above it its length
 * @param chunkBytes a power of two, 4 at least
 */
export function writeCodes(
  words: usize,
  count: i32,
  table: usize,
  stream: usize,
  chunkBytes: u32,
  gaps: usize,
  perBlock: i32,
  positions: usize,
): i32 {
  const start = stream;
  let held: u64 = 0;
  let bits: u32 = 0;
  store<u8>(gaps, 0);
  store<i32>(positions, 0);
  let begun = 1;
  for (let i = 0; i < count; ) {
    const pair = i + 1 < count ? load<u32>(words) : <u32>load<u16>(words);
    const first = entryOf(table, pair);
    const second = entryOf(table, pair >> 16);
    const firstBits = <u32>(first >> 32);
    const secondBits = <u32>(second >> 32);
    const isPair = i + 1 < count && firstBits + secondBits <= 32;
    held = (held << firstBits) | (first & 0xffffffff);
    bits += firstBits;
    const afterFirst = bits;
    if (isPair) {
      held = (held << secondBits) | (second & 0xffffffff);
      bits += secondBits;
      words += 2;
      i++;
    }
    words += 2;
    i++;
    // Less than 32 bits are written too, and written over.
    store<u32>(stream, <u32>(held >> (bits & 31)));
    const isFull = bits >> 5;
    stream += isFull << 2;
    if (isFull !== 0 && (<u32>(stream - start) & (chunkBytes - 1)) === 0) {
      // A chunk is full: the code after the one that filled it is the first of the next.
      const isByFirst = isPair && afterFirst >= 32;
      const next = isByFirst ? i - 1 : i;
      if (next < count) {
        store<u8>(gaps + begun, (isByFirst ? afterFirst : bits) - 32);
        if (begun % perBlock === 0) store<i32>(positions + (begun / perBlock) * 4, next);
        begun++;
      }
    }
    bits &= 31;
  }
  store<u32>(stream, <u32>(held << (32 - bits)));
  return begun;
}

/** The four bytes of each word the other way round; 16 at a time. */
export function swapBytes(from: usize, count: i32, to: usize): void {
  for (let i = 0; i < count; i += 16, from += 16, to += 16) {
    const bytes = v128.load(from);
    v128.store(to, v128.shuffle<i8>(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
  }
}
