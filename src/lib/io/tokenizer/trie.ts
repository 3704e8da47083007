/** Known texts by their beginnings. */
export interface Trie {
  /**
   * Calls `found` with the end and the value of every known text that stands in `text` at `start`, shortest first.
   * @returns how many units it looked at
   */
  prefixes(text: string, start: number, found: (end: number, value: number) => void): number;
}

/** Units of all known texts together: a stranger's file has a limit, since nodes take memory. */
export const MOST_UNITS = 2 ** 24;

/**
 * A trie whose branches stand in one table, by the number of the node and the next UTF-16 unit.
 * @param texts with values of at least 0
 * @returns undefined for more than {@link MOST_UNITS} units
 */
export function trie(texts: ReadonlyMap<string, number>): Trie | undefined {
  let units = 0;
  for (const text of texts.keys()) units += text.length;
  if (units > MOST_UNITS) return undefined;
  const branches = branchTable();
  const values: number[] = [-1];
  for (const [text, value] of texts) {
    let node = 0;
    for (let i = 0; i < text.length; i++) {
      const next = branches.get(node, text.charCodeAt(i), values.length);
      if (next === values.length) values.push(-1);
      node = next;
    }
    values[node] = value;
  }
  return {
    prefixes(text, start, found) {
      let at = start;
      for (let node = 0; at < text.length; at++) {
        node = branches.get(node, text.charCodeAt(at), -1);
        if (node < 0) break;
        if (values[node] >= 0) found(at + 1, values[node]);
      }
      return at - start + 1;
    },
  };
}

/** A hash table with open addressing: a map of objects would take ten times the memory. */
function branchTable() {
  let size = 2 ** 12;
  let used = 0;
  // For each place a node plus one (0: free), a unit, and the node that the branch leads to.
  let [nodes, units, targets] = tables(size);
  const placeOf = (node: number, unit: number): number => {
    let place = (Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b)) >>> 0;
    place = (place ^ (place >>> 15)) & (size - 1);
    while (nodes[place] !== 0 && (nodes[place] !== node + 1 || units[place] !== unit))
      place = (place + 1) & (size - 1);
    return place;
  };
  const put = (node: number, unit: number, target: number): void => {
    const place = placeOf(node, unit);
    nodes[place] = node + 1;
    units[place] = unit;
    targets[place] = target;
  };
  const grow = (): void => {
    const old = [nodes, units, targets] as const;
    size *= 2;
    [nodes, units, targets] = tables(size);
    old[0].forEach((node, i) => {
      if (node !== 0) put(node - 1, old[1][i], old[2][i]);
    });
  };
  return {
    /** Where the branch leads; where there is none, one to `otherwise` is made unless that is negative. */
    get(node: number, unit: number, otherwise: number): number {
      const place = placeOf(node, unit);
      if (nodes[place] !== 0) return targets[place];
      if (otherwise >= 0) {
        put(node, unit, otherwise);
        if (++used > size / 2) grow();
      }
      return otherwise;
    },
  };
}

const tables = (size: number) => [new Int32Array(size), new Uint16Array(size), new Int32Array(size)] as const;
