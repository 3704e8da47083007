/**
 * Inner loops of a sparse product that merges in a hashed scratchpad (SMASH, arXiv:2105.14156). Each function names nothing but
 * its parameters and what every engine has, and holds no other function: threads are started from the texts of these very ones.
 */

/** Key of a slot that nobody has claimed. */
export const EMPTY = -1;

/** Sums of slots: float64 for one thread; integers, or bits of float64, for several. */
export type Sums = Float64Array | Int32Array | BigInt64Array;

/** Two matrices by rows and the table in which a window of rows is merged. Arrays may be shared by threads. */
export interface MergeWork {
  readonly aStarts: Int32Array;
  readonly aIndices: Int32Array;
  readonly aValues: Float64Array;
  readonly bStarts: Int32Array;
  readonly bIndices: Int32Array;
  readonly bValues: Float64Array;
  readonly columns: number;
  /** The table, a power of two of slots: each holds a row of the window and a column in one integer, or {@link EMPTY}. */
  readonly keys: Int32Array;
  readonly sums: Sums;
  /** Place of the hash in `HASHES`. */
  readonly hash: number;
}

/** The functions below, by name: each is handed those that it calls. */
export interface Loops {
  readonly homeOf: typeof homeOf;
  readonly claim: typeof claim;
  readonly add: (sums: never, slot: number, product: number) => void;
  readonly mergeRow: typeof mergeRow;
}

/**
 * The slot at which the search for a key begins.
 * @param hash 0: the highest bits of a key; 1: the lowest; 2: the highest after a multiplication by the golden ratio (Knuth, 6.4)
 */
export function homeOf(key: number, keyBits: number, tableBits: number, hash: number): number {
  if (hash === 0) return key >>> Math.max(0, keyBits - tableBits);
  if (hash === 1) return key & (2 ** tableBits - 1);
  return Math.imul(key, 0x9e3779b1) >>> (32 - tableBits);
}

/**
 * Claims a slot for a key, or finds the one that has it: from `home` on, one after another, by atomic compare-exchange.
 * @returns slots passed before it, -1 if all are taken by other keys
 */
export function claim(keys: Int32Array, key: number, home: number): number {
  for (let passed = 0; passed < keys.length; passed++) {
    const found = Atomics.compareExchange(keys, (home + passed) & (keys.length - 1), -1, key);
    if (found === -1 || found === key) return passed;
  }
  return -1;
}

/** Adds as the only thread. */
export function addAlone(sums: Float64Array, slot: number, product: number): void {
  sums[slot] += product;
}

/** Adds an integer atomically. */
export function addInteger(sums: Int32Array, slot: number, product: number): void {
  Atomics.add(sums, slot, product);
}

/** Adds a float64 atomically: compare-exchange of its bits until no other thread came between. */
export function addFloat(sums: BigInt64Array, slot: number, product: number): void {
  const bits = new BigInt64Array(1);
  const value = new Float64Array(bits.buffer);
  for (let seen = Atomics.load(sums, slot); ; ) {
    bits[0] = seen;
    value[0] += product;
    const found = Atomics.compareExchange(sums, slot, seen, bits[0]);
    if (found === seen) return;
    seen = found;
  }
}

/**
 * Multiplies a row of a with b and merges the products in the table.
 * @returns slots that were looked at
 * @throws RangeError if the table is full.
 */
export function mergeRow(
  work: MergeWork,
  row: number,
  [first, end]: readonly [first: number, end: number],
  loops: Loops,
): number {
  const {aStarts, aIndices, aValues, bStarts, bIndices, bValues, columns, keys, sums, hash} = work;
  const tableBits = 31 - Math.clz32(keys.length);
  const keyBits = 32 - Math.clz32((end - first) * columns - 1);
  let looks = 0;
  for (let p = aStarts[row]; p < aStarts[row + 1]; p++) {
    for (let q = bStarts[aIndices[p]]; q < bStarts[aIndices[p] + 1]; q++) {
      const key = (row - first) * columns + bIndices[q];
      const home = loops.homeOf(key, keyBits, tableBits, hash);
      const passed = loops.claim(keys, key, home);
      if (passed < 0) throw new RangeError(`mergeRow: slots must be more than ${keys.length}, all are taken`);
      looks += passed + 1;
      loops.add(sums as never, (home + passed) & (keys.length - 1), aValues[p] * bValues[q]);
    }
  }
  return looks;
}

/**
 * Takes rows of a window until none is left: those whose turn it is, or the next one that no thread has taken.
 * @param control [state, first row, end, next row] of the window, shared by the threads
 */
export function takeRows(
  work: MergeWork,
  control: Int32Array,
  {thread, threads, isDynamic}: {thread: number; threads: number; isDynamic: boolean},
  loops: Loops,
): number {
  const [, first, end] = control;
  let taken = 0;
  let row = isDynamic ? Atomics.add(control, 3, 1) : first + thread;
  while (row < end) {
    loops.mergeRow(work, row, [first, end], loops);
    taken++;
    row = isDynamic ? Atomics.add(control, 3, 1) : row + threads;
  }
  return taken;
}
