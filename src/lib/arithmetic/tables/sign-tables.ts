import {requireInteger} from "../../tensor/require.js";

/** Sums of inputs under every choice of signs, a table for each group of neighbours. */
export interface SignTables {
  /** Inputs of a group. */
  readonly size: number;
  readonly groups: number;
  /** Entries of a table: 2^size, or half of them where the rest mirrors these. */
  readonly entries: number;
  /** [groups, entries]; bit j of an index is the sign of input j, 1 for plus. */
  readonly sums: Float64Array;
  /** Numbers that were added to make them. */
  readonly additions: number;
}

/**
 * Tables over groups of `size` inputs; a last group that is not full counts zeros. All but the first entry of a table is
 * another one with a single sign changed. (T-MAC, arXiv:2407.00088, section 3)
 * @param isHalf only the entries whose highest sign is minus: the others are these, mirrored
 * @throws RangeError if `size` is no integer from 1 to 8.
 */
export function signTables(x: ArrayLike<number>, size: number, isHalf: boolean): SignTables {
  requireInteger("signTables", "size", size, 1, 8);
  const groups = Math.ceil(x.length / size);
  const entries = 2 ** (isHalf ? size - 1 : size);
  const sums = new Float64Array(groups * entries);
  for (let group = 0; group < groups; group++) {
    const input = (j: number) => (group * size + j < x.length ? x[group * size + j] : 0);
    const at = group * entries;
    for (let j = 0; j < size; j++) sums[at] = sums[at] - input(j);
    for (let index = 1; index < entries; index++) {
      const highest = 31 - Math.clz32(index);
      sums[at + index] = sums[at + index - 2 ** highest] + 2 * input(highest);
    }
  }
  return {size, groups, entries, sums, additions: groups * (size + entries - 1)};
}

/** The entry of a table: of half a table where it stands, or mirrored from that of all signs changed. */
export function entryOf({size, entries, sums}: SignTables, group: number, index: number): number {
  const at = group * entries;
  return index < entries ? sums[at + index] : -sums[at + (2 ** size - 1 - index)];
}

/** The same tables in whole numbers of -127 to 127 under a scale each, as a register of bytes holds them. */
export function quantizedTables(tables: SignTables): SignTables {
  const {groups, entries} = tables;
  const sums = new Float64Array(tables.sums.length);
  for (let group = 0; group < groups; group++) {
    const table = tables.sums.subarray(group * entries, (group + 1) * entries);
    const scale = table.reduce((most, sum) => Math.max(most, Math.abs(sum)), 0) / 127;
    sums.set(scale === 0 ? table : table.map((sum) => Math.round(sum / scale) * scale), group * entries);
  }
  return {...tables, sums};
}

/** Codes [rows, width] as indices of tables, [rows, bits, groups]: index bit j is a bit of the group's code j. */
export function tableIndices(
  codes: ArrayLike<number>,
  width: number,
  bits: number,
  size: number,
): Uint8Array {
  const [rows, groups] = [codes.length / width, Math.ceil(width / size)];
  const indices = new Uint8Array(rows * bits * groups);
  for (let i = 0; i < codes.length; i++) {
    const [row, k] = [Math.floor(i / width), i % width];
    for (let bit = 0; bit < bits; bit++) {
      const at = (row * bits + bit) * groups + Math.floor(k / size);
      indices[at] = indices[at] | (((codes[i] >> bit) & 1) << (k % size));
    }
  }
  return indices;
}

/**
 * The product of a row of odd integers 2u - (2^bits - 1) with the inputs of the tables: an entry a group and plane, planes
 * weighed by powers of two. (T-MAC, arXiv:2407.00088, section 3.2)
 * @param indices of the row, [bits, groups]
 */
export function tableDot(tables: SignTables, indices: Uint8Array, bits: number): number {
  let total = 0;
  for (let bit = bits - 1; bit >= 0; bit--) {
    let plane = 0;
    for (let group = 0; group < tables.groups; group++) {
      plane += entryOf(tables, group, indices[bit * tables.groups + group]);
    }
    total = 2 * total + plane;
  }
  return total;
}
