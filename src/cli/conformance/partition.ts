import type {Comparison} from "./comparison.js";
import {decodeStored, numbersOf, type Rule, type Stored} from "./golden.js";

type Outputs = {get(name: string): Stored | undefined};

/**
 * Compares what belongs to the clusters of a partition, or to their members, whatever order the clusters and the
 * members stand in: `index` cut into runs by `sizes` must give the same sets on both sides.
 */
export function comparePartition(
  output: string,
  rule: Rule,
  expected: Readonly<Record<string, Stored>>,
  computed: Outputs,
): Comparison {
  const left = clustersOf(output, rule, new Map(Object.entries(expected)));
  const right = clustersOf(output, rule, computed);
  if (typeof left === "string") throw new TypeError(`${output}: expected ${left}`);
  const detail = typeof right === "string" ? right : firstDifference(left, right);
  const difference = detail === "" ? 0 : Number.NaN;
  return {output, agrees: detail === "", maxAbs: difference, maxRel: difference, detail};
}

/** A cluster: its members, and what belongs to it as text, in an order that depends on the set alone. */
interface Cluster {
  readonly members: string;
  readonly belongings: string;
}

function clustersOf(output: string, rule: Rule, outputs: Outputs): Cluster[] | string {
  const read = (name: string | undefined) => {
    const stored = name === undefined ? undefined : outputs.get(name);
    const decoded = stored && decodeStored(name ?? "", stored);
    return decoded && "data" in decoded ? Array.from(numbersOf(decoded)) : undefined;
  };
  const [index, sizes, values] = [read(rule.index), read(rule.sizes), read(output)];
  if (!index || !sizes || !values) return `needs ${rule.index}, ${rule.sizes} and ${output}`;
  if (sizes.reduce((sum, size) => sum + size, 0) !== index.length)
    return `${rule.sizes} must add up to ${rule.index}`;
  const isMember = rule.unit === "member";
  const units = isMember ? index.length : sizes.length;
  if (output !== rule.index && values.length % units !== 0)
    return `${output} must divide into ${units} parts`;

  const part = values.length / units;
  let start = 0;
  return sizes.map((size, cluster) => {
    const places = Array.from({length: size}, (_, i) => start + i).sort((a, b) => index[a] - index[b]);
    start += size;
    const owned = isMember ? places : [cluster];
    const belongings =
      output === rule.index ? [] : owned.map((at) => values.slice(at * part, (at + 1) * part));
    return {members: places.map((at) => index[at]).join(), belongings: belongings.join(";")};
  });
}

function firstDifference(expected: readonly Cluster[], computed: readonly Cluster[]): string {
  if (expected.length !== computed.length)
    return `has ${computed.length} clusters, expected ${expected.length}`;
  const left = [...computed];
  for (const {members, belongings} of expected) {
    const candidates = left.filter((cluster) => cluster.members === members);
    if (candidates.length === 0) return `has no cluster of ${members}`;
    const same = candidates.find((cluster) => cluster.belongings === belongings);
    if (!same) return `cluster ${members} has ${candidates[0].belongings}, expected ${belongings}`;
    left.splice(left.indexOf(same), 1);
  }
  return "";
}
