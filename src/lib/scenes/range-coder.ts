/**
 * An adaptive arithmetic coder of bits, and of whole numbers by their bits. Each bit is coded by the probability that its
 * context has seen so far; encoder and decoder learn alike. (Witten, Neal and Cleary, doi.org/10.1145/214762.214771)
 */

/** Probabilities of a 1, in 2^-16, and how often each has been used. */
export interface Contexts {
  readonly p: Uint16Array;
  readonly seen: Uint8Array;
}

/** So many contexts that have seen nothing yet. */
export const contexts = (count: number): Contexts => ({
  p: new Uint16Array(count).fill(32768),
  seen: new Uint8Array(count),
});

/** A coder in either direction: an encoder takes a value and gives it back, a decoder gives what was encoded. */
export interface BitCoder {
  /** One bit in the context at `index`. */
  bit(contexts: Contexts, index: number, bit: number): number;
}

/** The most uses that slow down learning: a context forgets what is older. */
const MOST_SEEN = 60;

function learn({p, seen}: Contexts, index: number, bit: number): void {
  const rate = 1 / (seen[index] + 1.5);
  const next = p[index] + ((bit === 1 ? 65535 : 0) - p[index]) * rate;
  p[index] = Math.max(32, Math.min(65535 - 32, Math.round(next)));
  if (seen[index] < MOST_SEEN) seen[index]++;
}

/** The last value of the lower part of an interval, which stands for a 1. */
const splitOf = (low: number, high: number, probability: number): number =>
  low + Math.floor((high - low) / 65536) * probability;

const [TOP, WORD] = [2 ** 24, 2 ** 32];

/** An encoder; `finish` gives the bytes. */
export function encoder(): BitCoder & {finish(): Uint8Array} {
  let [low, high] = [0, WORD - 1];
  const bytes: number[] = [];
  return {
    bit(contexts, index, bit) {
      const split = splitOf(low, high, contexts.p[index]);
      if (bit === 1) high = split;
      else low = split + 1;
      learn(contexts, index, bit);
      while (Math.floor(low / TOP) === Math.floor(high / TOP)) {
        bytes.push(Math.floor(high / TOP));
        low = (low % TOP) * 256;
        high = (high % TOP) * 256 + 255;
      }
      return bit;
    },
    finish() {
      // One byte more tells the last interval apart; what is read behind the end is 0.
      bytes.push(Math.floor(low / TOP) + 1);
      return Uint8Array.from(bytes);
    },
  };
}

/** A decoder of what {@link encoder} wrote; behind the end it reads zeros. */
export function decoder(bytes: Uint8Array): BitCoder {
  let [low, high, at, value] = [0, WORD - 1, 0, 0];
  const next = () => bytes[at++] ?? 0;
  for (let i = 0; i < 4; i++) value = value * 256 + next();
  return {
    bit(contexts, index) {
      const split = splitOf(low, high, contexts.p[index]);
      const bit = value <= split ? 1 : 0;
      if (bit === 1) high = split;
      else low = split + 1;
      learn(contexts, index, bit);
      while (Math.floor(low / TOP) === Math.floor(high / TOP)) {
        low = (low % TOP) * 256;
        high = (high % TOP) * 256 + 255;
        value = (value % TOP) * 256 + next();
      }
      return bit;
    },
  };
}

/** Contexts of one kind of number: its length in bits, and the bits below the highest. */
export interface NumberContexts {
  readonly length: Contexts;
  readonly bits: Contexts;
}

/** Bits of the largest number. */
const LONGEST = 32;
/** Bits behind the highest one that have a context of their own; the others are even. */
const MODELLED = 3;

/** Contexts of a kind of number. */
export const numberContexts = (): NumberContexts => ({
  length: contexts(LONGEST + 1),
  bits: contexts((LONGEST + 1) * (MODELLED + 1) * 8),
});

/** A whole number from 0 to 2^32 - 2: its length in bits, then its bits. */
export function codeNumber(coder: BitCoder, kind: NumberContexts, value: number): number {
  let length = 1;
  const plus = value + 1;
  const own = Math.floor(Math.log2(plus)) + 1;
  while (length < LONGEST && coder.bit(kind.length, length, length < own ? 1 : 0) === 1) length++;
  let coded = 1;
  for (let left = length - 2; left >= 0; left--) {
    const behind = length - 2 - left;
    const context = Math.min(behind, MODELLED) * 8 + (behind < MODELLED ? coded % 8 : 0);
    coded = 2 * coded + coder.bit(kind.bits, length * (MODELLED + 1) * 8 + context, bitAt(plus, left));
  }
  return coded - 1;
}

/** A whole number with its sign, between -2^31 + 1 and 2^31 - 1. */
export function codeSigned(coder: BitCoder, kind: NumberContexts, value: number): number {
  const coded = codeNumber(coder, kind, value < 0 ? -2 * value - 1 : 2 * value);
  return coded % 2 === 1 ? -(coded + 1) / 2 : coded / 2;
}

const bitAt = (value: number, place: number): number => Math.floor(value / 2 ** place) % 2;
