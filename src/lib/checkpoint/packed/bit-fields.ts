/** Fields of a few bits in words of 32, from the low bits up. */
export interface BitFields {
  readonly bits: number;
  /** Field number `i` of the run of words that begins at `words[start]` with `stride` words between each other. */
  field(start: number, stride: number, i: number): number;
}

/**
 * Fields that lie one behind the other, over the ends of words too. (GPTQ with three bits)
 * @param bits of a field, up to 16
 */
export function bitStream(words: ArrayLike<number>, bits: number): BitFields {
  const mask = 2 ** bits - 1;
  return {
    bits,
    field(start, stride, i) {
      const [word, shift] = [Math.floor((i * bits) / 32), (i * bits) % 32];
      const low = words[start + word * stride] >>> shift;
      if (shift + bits <= 32) return low & mask;
      return (low | (words[start + (word + 1) * stride] << (32 - shift))) & mask;
    },
  };
}

/** As many fields in a word as fit whole. (compressed-tensors) */
export function wholeFields(words: ArrayLike<number>, bits: number): BitFields {
  const [perWord, mask] = [Math.floor(32 / bits), 2 ** bits - 1];
  return {
    bits,
    field: (start, stride, i) =>
      (words[start + Math.floor(i / perWord) * stride] >>> (bits * (i % perWord))) & mask,
  };
}
