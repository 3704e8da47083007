/**
 * Seeded randomness that is the same on every machine. The generator is xoshiro128** of Blackman and Vigna
 * (doi.org/10.1145/3460772), its state filled by the finalizer of MurmurHash3 in counter mode (splitmix32).
 * Distributions use only +, -, *, / and sqrt, which IEEE 754 rounds exactly, and the `ln` and `expm1` below:
 * `Math.log` and `Math.expm1` differ between engines in the last bit.
 */

/** One stream of random numbers. Every call draws from the same sequence and moves it on. */
export interface RandomStream {
  /** Uniform in [0, 1), a multiple of 2^-53. */
  uniform(): number;
  /** Uniform over the integers 0 .. n - 1, without bias, for 1 <= n <= 2^32. */
  integer(n: number): number;
  /** Standard normal, by Marsaglia's polar method. */
  normal(): number;
  /**
   * Student's t with `degrees` > 0 degrees of freedom, not scaled to unit variance, by Bailey's polar method
   * (doi.org/10.2307/2153537). Far below one degree the tail leaves float64: expect an infinity now and then.
   */
  studentT(degrees: number): number;
  /** Laplace with mean 0 and scale 1: variance 2. */
  laplace(): number;
}

/**
 * The stream of `seed` and `label`: the same pair gives the same numbers for ever, another seed or another
 * label an unrelated stream. Labels keep apart what must never share numbers, such as data splits.
 * @throws RangeError unless `seed` is an integer of 0 .. 2^53 - 1.
 */
export function randomStream(seed: number, label = ""): RandomStream {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`randomStream: seed must be an integer of 0 .. 2^53 - 1, got ${seed}`);
  }
  const next = xoshiro128(seedState(seed, label));
  const uniform = () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) * 2 ** -53;
  const pointInDisc = () => {
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const r2 = x * x + y * y;
      if (r2 < 1 && r2 > 0) return {x, r2};
    }
  };
  return {
    uniform,
    integer(n) {
      if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
        throw new RangeError(`integer: n must be an integer of 1 .. 2^32, got ${n}`);
      }
      const whole = 2 ** 32 - (2 ** 32 % n);
      for (;;) {
        const bits = next();
        if (bits < whole) return bits % n;
      }
    },
    normal() {
      const {x, r2} = pointInDisc();
      return x * Math.sqrt((-2 * ln(r2)) / r2);
    },
    studentT(degrees) {
      if (!(degrees > 0)) throw new RangeError(`studentT: degrees must be above 0, got ${degrees}`);
      const {x, r2} = pointInDisc();
      return x * Math.sqrt((degrees * expm1((-2 / degrees) * ln(r2))) / r2);
    },
    laplace() {
      const u = uniform() - 0.5;
      // 1 - 2|u| is 0 only for u = -0.5, where the tail would be infinite: the largest finite step stands in.
      const magnitude = -ln(Math.max(1 - 2 * Math.abs(u), 2 ** -53));
      return u < 0 ? -magnitude : magnitude;
    },
  };
}

/** `count` draws, rounded to float32. `draws(1024, () => stream.normal())` is a Gaussian sample. */
export function draws(count: number, draw: () => number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = draw();
  return values;
}

/** A copy of `items` in random order (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], stream: RandomStream): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = stream.integer(i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

/**
 * 128 bits of state: four lanes that start apart and each absorb both halves of the seed and every UTF-16 unit
 * of the label. A 32-bit hash of the label would be too narrow: among 100,000 labels two are likely to meet.
 */
function seedState(seed: number, label: string): Uint32Array {
  const words = [seed >>> 0, Math.floor(seed / 2 ** 32)];
  for (let i = 0; i < label.length; i++) words.push(label.charCodeAt(i));
  return Uint32Array.from([1, 2, 3, 4], (lane) =>
    words.reduce((state, word) => finalize((state ^ word) + 0x9e3779b9), finalize(lane)),
  );
}

/** The 32-bit finalizer of MurmurHash3: a bijection that spreads every input bit over all output bits. */
function finalize(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** xoshiro128**: each call moves `state` on and returns 32 bits as an unsigned integer. */
function xoshiro128(state: Uint32Array): () => number {
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

/** The natural logarithm of a positive normal number, within 3 ulp: x = m 2^e, ln m = 2 artanh((m - 1) / (m + 1)). */
function ln(x: number): number {
  let m = x;
  let e = 0;
  for (; m < Math.SQRT1_2; e--) m *= 2;
  for (; m > Math.SQRT2; e++) m /= 2;
  const s = (m - 1) / (m + 1);
  let series = 0;
  for (let k = 23; k >= 1; k -= 2) series = 1 / k + series * s * s;
  return 2 * s * series + e * Math.LN2;
}

/** exp(y) - 1 for y >= 0, within a few ulp; Infinity above 709: y = r + n ln 2, Taylor's series for r. */
function expm1(y: number): number {
  if (y > 709) return Number.POSITIVE_INFINITY;
  const n = Math.round(y / Math.LN2);
  const r = y - n * Math.LN2;
  let series = 0;
  for (let k = 17; k >= 1; k--) series = ((series + 1) * r) / k;
  let power = 1;
  for (let i = 0; i < n; i++) power *= 2;
  return power * series + (power - 1);
}
