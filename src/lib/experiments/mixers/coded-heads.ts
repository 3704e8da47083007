/** Hash functions for the heads of a trained decoder, learned from its own attention. */

import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {recordPrefill} from "../../evaluate/recorded-prefill.js";
import {type HeadVectors, headVectors, type LayerHashes} from "../../mixers/ecoformer/code-hooks.js";
import {type HashFunction, hashCodes, randomHash} from "../../mixers/ecoformer/hash-function.js";
import {unitRows} from "../../mixers/ecoformer/kernel-map.js";
import {type HashTraining, learnHash} from "../../mixers/ecoformer/learn-hash.js";
import {labelAgreement, similarityLabels} from "../../mixers/ecoformer/similarity-labels.js";
import {randomStream} from "../../tensor/random.js";

/** Queries and keys of a head, of length 1, with labels of which attention finds alike. */
export interface HeadLessons {
  readonly layer: number;
  readonly head: number;
  readonly width: number;
  readonly rows: Float64Array;
  readonly columns: Float64Array;
  readonly labels: Int8Array;
}

/** Sizes of codes and of what they learn from. */
export interface CodeSetting {
  readonly bits: number;
  readonly anchors: number;
  readonly training: HashTraining | null;
  readonly seed: number;
}

/** Tokens and vectors that hash functions learn from. */
export interface LessonSetting {
  /** Every so many tokens of a text are taken. */
  readonly step: number;
  /** Share of a row's tokens that are labelled alike; as many are unlike. */
  readonly alikeShare: number;
  /** Side that keys are compared with: queries, or keys again, as in a model whose queries and keys are one projection. */
  readonly rows: "q" | "k";
}

/** Lessons of every head of a model from some texts. */
export function headLessons(
  model: Decoder,
  texts: readonly (readonly number[])[],
  {step, alikeShare, rows}: LessonSetting,
): HeadLessons[] {
  const calls = texts.map((ids) => recordPrefill(model, ids).calls);
  return calls[0].flatMap(({layer, heads, headDim}) =>
    Array.from({length: heads}, (_, head) => {
      const found = calls.map((own) => headVectors(own[layer], head));
      const of = (side: keyof HeadVectors) =>
        everyRow(
          found.map((vectors) => vectors[side]),
          headDim,
          step,
        );
      return lessonsOf({layer, head, width: headDim, q: of(rows), k: of("k"), alikeShare});
    }),
  );
}

interface Sides {
  readonly layer: number;
  readonly head: number;
  readonly width: number;
  readonly q: Float64Array;
  readonly k: Float64Array;
  readonly alikeShare: number;
}

function lessonsOf({layer, head, width, q, k, alikeShare}: Sides): HeadLessons {
  const columns = k.length / width;
  const scores = Float64Array.from({length: (q.length / width) * columns}, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let l = 0; l < width; l++) sum += q[i * width + l] * k[j * width + l];
    return sum;
  });
  const labels = similarityLabels(scores, columns, Math.max(1, Math.floor(alikeShare * columns)));
  return {layer, head, width, rows: unitRows(q, width), columns: unitRows(k, width), labels};
}

/** Every `step`-th row of each of some matrices, one below the other. */
function everyRow(matrices: readonly Float64Array[], width: number, step: number): Float64Array {
  const rows = matrices.flatMap((x) =>
    Array.from({length: Math.ceil(x.length / width / step)}, (_, i) =>
      x.subarray(i * step * width, (i * step + 1) * width),
    ),
  );
  const out = new Float64Array(rows.length * width);
  rows.forEach((row, i) => {
    out.set(row, i * width);
  });
  return out;
}

/** A hash function for each head, learned or left random; layers by their number. */
export function headHashes(
  lessons: readonly HeadLessons[],
  {bits, anchors, training, seed}: CodeSetting,
): Map<number, HashFunction[]> {
  const hashes = new Map<number, HashFunction[]>();
  for (const {layer, head, width, rows, columns, labels} of lessons) {
    const both = new Float64Array(rows.length + columns.length);
    both.set(rows);
    both.set(columns, rows.length);
    const stream = randomStream(seed, `hash functions/${layer}/${head}`);
    const start = randomHash(both, {width, bits, anchors}, stream);
    const hash = training === null ? start : learnHash(start, {rows, columns, labels}, training);
    hashes.set(layer, [...(hashes.get(layer) ?? []), hash]);
  }
  return hashes;
}

/** Mean agreement of the codes with labels that they did not learn from, a number a head. */
export function heldAgreements(
  hashes: ReadonlyMap<number, LayerHashes>,
  held: readonly HeadLessons[],
): number[] {
  return held.flatMap(({layer, head, rows, columns, labels}) => {
    const hash = hashes.get(layer)?.[head];
    if (hash === undefined) return [];
    return [labelAgreement(labels, hashCodes(rows, hash), hashCodes(columns, hash), hash.bits)];
  });
}
