/** Tokens of a graph of operators: names of operators alone, or with the shapes of what they read and give. */

import {type GraphShape, shapeOf} from "../../accel/graphs/graph.js";
import {readGraph} from "../../accel/graphs/graph-text.js";

const tensorToken = ([rows, columns]: GraphShape): string => `tensor<${rows}x${columns}xf32>`;

/**
 * Tokens of the text of a graph. With shapes, every shape is one token, and array and dataflow stand in front.
 * (arXiv:2302.11405: operands only, or operands and shapes)
 */
export function operatorTokens(text: string, withShapes: boolean): string[] {
  const graph = readGraph(text);
  const names = graph.nodes.map(({operator}) => `xpu.${operator.toLowerCase()}`);
  if (!withShapes) return names;
  const [rows, columns] = graph.array;
  const lines = graph.nodes.map(({inputs, shape}, i) => [
    names[i],
    ...inputs.map((value) => tensorToken(shapeOf(graph, value))),
    tensorToken(shape),
  ]);
  return [`array<${rows}>`, `array<x${columns}>`, graph.dataflow, ...lines.flat()];
}

/** Rarer tokens are unknown. */
const LEAST_COUNT = 3;
const MOST_TOKENS = 600;

/** The most frequent tokens of some texts, the most frequent first. */
export function operatorVocabulary(texts: readonly (readonly string[])[]): string[] {
  const counts = new Map<string, number>();
  for (const tokens of texts) for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  const kept = [...counts].filter(([, count]) => count >= LEAST_COUNT);
  kept.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return kept.slice(0, MOST_TOKENS).map(([token]) => token);
}

const UNKNOWN = 1;

/** Ids of tokens: 0 fills up, 1 is unknown, then the vocabulary. */
export function operatorIds(vocabulary: readonly string[], tokens: readonly string[]): Int32Array {
  const ids = new Map(vocabulary.map((token, i) => [token, i + 2]));
  return Int32Array.from(tokens, (token) => ids.get(token) ?? UNKNOWN);
}
