/** Passes of a decoder over the nodes of a tree, and the rows that its cache keeps of them. */

import type {KvCache} from "../../engine/cache/kv-cache.js";
import {forward} from "../../engine/decoder/decoder.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import type {Hooks} from "../../engine/hooks.js";
import type {DraftTree} from "./draft-tree.js";

/** Nodes that a cache holds after the text: row `prefix + i` is that of `fed[i]`. */
export interface FedNodes {
  /** Tokens of the text before the root. */
  readonly prefix: number;
  /** Nodes in the order in which they were fed, those of the pass to come last. */
  readonly fed: readonly number[];
}

/** An input that stands after a node, or after another probe, as a child that no token sees. */
export interface Probe {
  /** Node of the tree, or beyond them an earlier probe: the number of nodes and its place. */
  readonly parent: number;
  /** What enters the first layer in place of an embedding, [hidden]. */
  readonly vector: Float32Array;
}

/** A tree with its probes as further nodes; their tokens say nothing. */
export function withProbes(tree: DraftTree, probes: readonly Probe[]): DraftTree {
  const depths = [...tree.depths];
  for (const {parent} of probes) depths.push(depths[parent] + 1);
  return {
    tokens: [...tree.tokens, ...probes.map(() => 0)],
    parents: [...tree.parents, ...probes.map(({parent}) => parent)],
    depths,
    probabilities: [...tree.probabilities, ...probes.map(() => 0)],
  };
}

/**
 * Feeds nodes of a tree in one pass: each sees the text, its ancestors and itself, at the place that it has in its way.
 * @param nodes the last of `fed`, whose ancestors are all there
 * @param probes the last of `nodes`, which enter as vectors
 * @returns the logits after each node, [vocab] each
 */
export function feedNodes(
  model: Decoder,
  cache: KvCache,
  tree: DraftTree,
  nodes: readonly number[],
  {prefix, fed}: FedNodes,
  hooks: Hooks = {},
  probes: readonly Probe[] = [],
): Float32Array[] {
  const mask = isChain(tree, fed) ? null : ancestorMask(tree, nodes, {prefix, fed});
  const {data} = forward(
    model,
    nodes.map((node) => tree.tokens[node]),
    {
      cache,
      positions: Int32Array.from(nodes, (node) => prefix + tree.depths[node]),
      hooks: {
        ...hooks,
        ...(probes.length > 0 && {tensor: entering(probes, hooks)}),
        ...(mask && {attention: (call, plain) => plain({...call, mask})}),
      },
    },
  );
  const width = model.config.vocabSize;
  return nodes.map((_, i) => data.subarray(i * width, (i + 1) * width));
}

/** Whether each node follows the one before it: then every token sees all before it, which takes no mask. */
const isChain = ({depths}: DraftTree, fed: readonly number[]): boolean =>
  fed.every((node, row) => depths[node] === row);

/** Puts the vectors of probes in place of the last embeddings; other sites are left to `hooks`. */
function entering(probes: readonly Probe[], hooks: Hooks): NonNullable<Hooks["tensor"]> {
  return (site, layer, x, rows) => {
    const given = hooks.tensor?.(site, layer, x, rows);
    if (site !== "embedding") return given;
    const stream = (given ?? x).slice();
    const width = x.length / rows;
    probes.forEach(({vector}, i) => {
      stream.set(vector, (rows - probes.length + i) * width);
    });
    return stream;
  };
}

/** Mask of all heads, [nodes, prefix + fed]: 1 where a node sees a row of the cache. */
function ancestorMask(tree: DraftTree, nodes: readonly number[], {prefix, fed}: FedNodes): Uint8Array {
  const width = prefix + fed.length;
  const rowOf = new Map(fed.map((node, row) => [node, prefix + row]));
  const mask = new Uint8Array(nodes.length * width);
  nodes.forEach((node, i) => {
    mask.fill(1, i * width, i * width + prefix);
    for (let at = node; at >= 0; at = tree.parents[at]) mask[i * width + rowOf.get(at)!] = 1;
  });
  return mask;
}

/**
 * Keeps some of the rows after the text, in the order given, as the tokens that follow it, and forgets the others.
 * @param cache gives every row back as it came: a plain cache
 * @param rows places among the rows after the text
 */
export function keepRows(
  cache: KvCache,
  {layers, kvHeads, headDim}: Decoder["config"],
  prefix: number,
  rows: readonly number[],
): void {
  const width = kvHeads * headDim;
  const gather = (data: Float32Array) => {
    const kept = new Float32Array(rows.length * width);
    rows.forEach((row, i) => {
      const from = (prefix + row) * width;
      kept.set(data.subarray(from, from + width), i * width);
    });
    return kept;
  };
  const kept = Array.from({length: layers}, (_, layer) => {
    const {keys, values} = cache.read(layer);
    return {keys: gather(keys), values: gather(values)};
  });
  cache.truncate(prefix);
  const positions = Int32Array.from(rows, (_, i) => prefix + i);
  for (const [layer, {keys, values}] of kept.entries()) cache.append(layer, keys, values, positions);
  cache.length = prefix + rows.length;
}
