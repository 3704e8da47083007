import {describe, expect, test} from "vitest";
import {hashCodes, randomHash} from "../../../src/lib/mixers/ecoformer/hash-function.js";
import {fitKernelMap, kernelFeatures, unitRows} from "../../../src/lib/mixers/ecoformer/kernel-map.js";
import {learnHash} from "../../../src/lib/mixers/ecoformer/learn-hash.js";
import {labelAgreement, similarityLabels} from "../../../src/lib/mixers/ecoformer/similarity-labels.js";
import {randomStream} from "../../../src/lib/tensor/random.js";

const WIDTH = 8;

/** Vectors about four centres, and their products. */
function clustered(rows: number, seed: number) {
  const centres = randomStream(7, "centres");
  const stream = randomStream(seed, "clustered");
  const middle = Float64Array.from({length: 4 * WIDTH}, () => centres.normal());
  const x = unitRows(
    Float64Array.from({length: rows * WIDTH}, (_, at) => {
      const centre = Math.floor(at / WIDTH) % 4;
      return middle[centre * WIDTH + (at % WIDTH)] + 0.6 * stream.normal();
    }),
    WIDTH,
  );
  const scores = Float64Array.from({length: rows * rows}, (_, at) => {
    const [i, j] = [Math.floor(at / rows), at % rows];
    let sum = 0;
    for (let l = 0; l < WIDTH; l++) sum += x[i * WIDTH + l] * x[j * WIDTH + l];
    return sum;
  });
  return {x, labels: similarityLabels(scores, rows, Math.floor(rows / 8))};
}

describe("hash functions", () => {
  test("that learned agree with likeness of vectors they have not seen more than the random ones they began with", () => {
    const train = clustered(48, 1);
    const held = clustered(48, 2);
    const gains = [1, 2, 3].map((seed) => {
      const start = randomHash(train.x, {width: WIDTH, bits: 16, anchors: 25}, randomStream(seed, "hash"));
      const learned = learnHash(start, {rows: train.x, columns: train.x, labels: train.labels});
      const agreement = (hash: typeof start) => {
        const codes = hashCodes(held.x, hash);
        return labelAgreement(held.labels, codes, codes, 16);
      };
      return agreement(learned) - agreement(start);
    });
    for (const gain of gains) expect(gain).toBeGreaterThan(0);
  });

  test("begin from centred features, whatever the vectors", () => {
    const {x} = clustered(20, 3);
    const map = fitKernelMap(x, x.slice(0, 5 * WIDTH), WIDTH);
    const features = kernelFeatures(x, map);
    for (let a = 0; a < 5; a++) {
      let sum = 0;
      for (let i = 0; i < 20; i++) sum += features[i * 5 + a];
      expect(sum).toBeCloseTo(0, 10);
    }
  });

  test("take the largest and the smallest of each row for alike and unlike", () => {
    const labels = similarityLabels(Float64Array.of(3, 1, 2, 0, 5, 5, 5, 5), 4, 1);
    expect([...labels]).toEqual([1, 0, 0, -1, 1, 0, 0, -1]);
    expect(() => similarityLabels(Float64Array.of(1, 2, 3), 3, 2)).toThrow(/alike/);
  });

  test("stay as they are without a step of training", () => {
    const {x, labels} = clustered(16, 4);
    const start = randomHash(x, {width: WIDTH, bits: 4, anchors: 6}, randomStream(0, "hash"));
    const none = learnHash(start, {rows: x, columns: x, labels}, {steps: 0, learningRate: 1, momentum: 0});
    expect(none.directions).toEqual(start.directions);
    expect(() => learnHash(start, {rows: x, columns: x, labels: labels.slice(1)})).toThrow(/labels/);
  });

  test("refuse vectors that are all the same", () => {
    expect(() => fitKernelMap(Float64Array.of(1, 0, 1, 0), Float64Array.of(1, 0), 2)).toThrow(/differ/);
  });
});
