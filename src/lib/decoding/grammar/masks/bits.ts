/** Sets of token ids as bits, 32 a word. */
export type Bits = Uint32Array;

/** An empty set for ids below `size`. */
export const noBits = (size: number): Bits => new Uint32Array(Math.ceil(size / 32));

/** Puts an id in. */
export function setBit(bits: Bits, id: number): void {
  bits[id >>> 5] |= 1 << (id & 31);
}

/** Takes an id out. */
export function clearBit(bits: Bits, id: number): void {
  bits[id >>> 5] &= ~(1 << (id & 31));
}

/** True if an id is in. */
export const hasBit = (bits: Bits, id: number): boolean => ((bits[id >>> 5] >>> (id & 31)) & 1) === 1;

/** The ids that are in, in ascending order. */
export function bitIds(bits: Bits): number[] {
  const ids: number[] = [];
  for (let word = 0; word < bits.length; word++)
    for (let rest = bits[word]; rest !== 0; rest &= rest - 1)
      ids.push(32 * word + 31 - Math.clz32(rest & -rest));
  return ids;
}
