import {expect} from "vitest";
import {grouped} from "../../../src/components/plots/series.js";
import type {answersByOrder} from "../../../src/lib/experiments/decoding/answers-by-order.js";
import type {bitsError} from "../../../src/lib/experiments/formats/bits-error.js";
import type {blockScale} from "../../../src/lib/experiments/formats/block-scale.js";
import type {errorAnatomy} from "../../../src/lib/experiments/formats/error-anatomy.js";
import type {hadamardOutliers} from "../../../src/lib/experiments/formats/hadamard-outliers.js";
import type {int8Threshold} from "../../../src/lib/experiments/formats/int8-threshold.js";
import type {outlierChannels} from "../../../src/lib/experiments/formats/outlier-channels.js";
import type {powerExponent} from "../../../src/lib/experiments/formats/power-exponent.js";
import type {razerSpecial} from "../../../src/lib/experiments/formats/razer-special.js";
import type {formatsOnModel} from "../../../src/lib/experiments/models/formats-on-model.js";
import {spearman} from "../../../src/lib/stats/rank.js";
import {keptRows} from "../kept.js";
import {distinct, type Finding, findingsOf, rowWith} from "./finding.js";

const errors = keptRows<typeof bitsError>("formats/bits-error");
const distributions = distinct(errors, ({distribution}) => distribution);
/** Rows of a data set as its figure draws them: of all its tensors together. */
const wholeOf = (distribution: string) => {
  const own = errors.filter((row) => row.distribution === distribution);
  return distinct(own, ({tensor}) => tensor).length === 1 ? own : own.filter(({tensor}) => tensor === "all");
};
const frontOf = (distribution: string): string[] => {
  const own = wholeOf(distribution);
  const isBeaten = (row: (typeof own)[number]) =>
    own.some(
      (other) =>
        other.bitsPerElement <= row.bitsPerElement &&
        other.sqnrDb >= row.sqnrDb &&
        (other.bitsPerElement < row.bitsPerElement || other.sqnrDb > row.sqnrDb),
    );
  return own.filter((row) => !isBeaten(row)).map(({format}) => format);
};

function weightDamage(model: "decoder-small" | "decoder-small-outliers") {
  const rows = keptRows<typeof formatsOnModel>("models/formats-on-model").filter(
    (row) =>
      row.model === model && row.method === "rtn" && row.activations === "float32" && row.seed === "all",
  );
  const tensors = wholeOf(`weights/${model}`);
  return rows
    .filter(({format}) => format !== "fp16")
    .map(({format, family, klMean}) => ({format, family, klMean, mse: rowWith(tensors, {format}).mse}));
}

/** Errors of tensors order the losses of a model within a kind of format, and not always between kinds. */
function errorsRankKinds(): void {
  for (const model of ["decoder-small", "decoder-small-outliers"] as const) {
    const all = weightDamage(model);
    for (const family of ["int", "mx"]) {
      const own = all.filter((row) => row.family === family && !/asym|offset/.test(row.format));
      const order = spearman(
        Float64Array.from(own, ({mse}) => mse),
        Float64Array.from(own, ({klMean}) => klMean),
      );
      expect(order, `${family} on ${model}`).toBeGreaterThan(0.9);
    }
    const [asymmetric, nvfp4] = ["int4_asym", "nvfp4"].map((format) => rowWith(all, {format}));
    expect(asymmetric.mse).toBeLessThan(nvfp4.mse);
    expect(asymmetric.klMean).toBeGreaterThan(nvfp4.klMean);
  }
}

const blocks = keptRows<typeof blockScale>("formats/block-scale");
/** Decibels that the smallest block gains over the largest, and bits an element from the smallest block on. */
const blockSeries = Array.from(
  grouped(blocks, ({element, scaleRule, distribution}) => `${element} ${scaleRule} ${distribution}`),
  ([name, rows]) => {
    const own = rows.toSorted((x, y) => x.blockSize - y.blockSize);
    const gain = own[0].sqnrDb - own.at(-1)!.sqnrDb;
    return {name, element: own[0].element, gain, sizes: own.map(({bitsPerElement}) => bitsPerElement)};
  },
);
/** The smallest blocks lose less than the largest in most series, and take more bits in all. */
function smallerBlocksMostlyGain(): void {
  const gains = blockSeries.map(({gain}) => gain);
  expect(gains.filter((gain) => gain > 0).length).toBeGreaterThan(0.6 * gains.length);
  for (const {sizes, name} of blockSeries) expect(sizes, name).toEqual(sizes.toSorted((x, y) => y - x));
}

const anatomy = keptRows<typeof errorAnatomy>("formats/error-anatomy");
const rotations = keptRows<typeof hadamardOutliers>("formats/hadamard-outliers");
const specials = keptRows<typeof razerSpecial>("formats/razer-special");

const channels = keptRows<typeof outlierChannels>("formats/outlier-channels");
/** What a way loses by the size of the channels, from the smallest on. */
const lostBy = (way: string) =>
  channels
    .filter((row) => row.way === way)
    .toSorted((a, b) => a.factor - b.factor)
    .map(({klMean}) => klMean);
const thresholds = keptRows<typeof int8Threshold>("formats/int8-threshold");
const powers = keptRows<typeof powerExponent>("formats/power-exponent");

/** Findings of the pages on number formats. */
export const formatFindings: readonly Finding[] = [
  ...findingsOf("src/formats/choose.md", {
    "There is no single best format, only a Pareto front": () => {
      for (const distribution of distributions) expect(frontOf(distribution).length).toBeGreaterThan(5);
    },
    "a normal distribution, a tensor with a few large columns and the weights of a trained model give different answers":
      () => {
        const fronts = ["normal", "outlier-columns", "weights/decoder-small"].map((name) =>
          frontOf(name).join(),
        );
        expect(new Set(fronts).size).toBe(3);
      },
    "It ranks formats of one kind well, such as MX or integers without an offset; formats of different kinds with similar errors may change places":
      errorsRankKinds,
  }),
  ...findingsOf("src/accelerators/compose.md", {
    "it ranks formats of one kind better than formats of different kinds": errorsRankKinds,
  }),
  ...findingsOf("src/formats/block-scaling.md", {
    "A smaller block needs more scales and mostly loses less": smallerBlocksMostlyGain,
    "a smaller block costs more scales and mostly fits better": smallerBlocksMostlyGain,
    "E4M3 has range enough of its own and gains next to nothing": () => {
      for (const {gain, element, name} of blockSeries)
        if (element === "e4m3") expect(gain, name).toBeLessThan(0.1);
    },
    "with the floor rule smaller blocks of E2M1 even lose on normal values": () => {
      expect(blockSeries.find(({name}) => name === "e2m1 floor normal")!.gain).toBeLessThan(0);
    },
    "so the size does not change": () => {
      const sizes = specials.map(({distribution, bitsPerElement}) => `${distribution} ${bitsPerElement}`);
      expect(new Set(sizes).size).toBe(distinct(specials, ({distribution}) => distribution).length);
    },
    "spreads the large values evenly over all columns": () => {
      for (const row of rotations.filter(
        ({factor, isRotated}) => isRotated && factor !== null && factor >= 10,
      )) {
        const plain = rowWith(rotations, {
          values: row.values,
          factor: row.factor,
          format: row.format,
          isRotated: false,
        });
        expect(row.peakToRms).toBeLessThan(plain.peakToRms / 2);
      }
    },
  }),
  ...findingsOf("src/formats/outliers-and-victims.md", {
    "On the weights of a trained model, as on a normal distribution, a power beats uniform levels from three bits on":
      () => {
        const best = powers.filter(({isBest, bits}) => isBest && bits >= 3);
        expect(distinct(best, ({distribution}) => distribution)).toHaveLength(2);
        for (const {overUniform} of best) expect(overUniform).toBeLessThan(0.95);
      },
    "with codes of two bits uniform levels are best": () => {
      const best = powers.filter(({isBest, bits}) => isBest && bits === 2);
      expect(best.map(({exponent}) => exponent)).toEqual([1, 1]);
    },
    "LLM.int8() holds up best of the ways that round inputs": () => {
      const ways = distinct(
        channels.filter(({inputs}) => inputs !== "float32"),
        ({way}) => way,
      );
      for (const way of ways)
        for (const [i, lost] of lostBy(way).entries())
          expect(lost, way).toBeGreaterThanOrEqual(lostBy("LLM.int8()")[i]);
    },
    "OliVe bears far larger channels than integers of as many bits in four bits": () => {
      for (const [i, lost] of lostBy("int4, inputs too").entries())
        expect(lost).toBeGreaterThan((i < 2 ? 1.5 : 2) * lostBy("OliVe, 4 bits")[i]);
    },
    "in eight bits it loses to plain integers until the channels are very large": () => {
      const behind = lostBy("OliVe, 8 bits").map((lost, i) => lost > lostBy("int8, inputs too")[i]);
      expect(behind).toEqual([true, true, true, false]);
    },
    "their error hardly depends on the size of the channels": () => {
      const [first, ...others] = lostBy("FP6, inputs in float32");
      for (const lost of others) expect(Math.abs(lost / first - 1)).toBeLessThan(0.25);
    },
    "Nearly all of the gain comes from the few largest columns": () => {
      const own = thresholds.filter(
        ({model, input}) => model === "decoder-small-outliers" && input === "queries, keys and values",
      );
      const at = (threshold: number) => own.find((row) => row.threshold === threshold)!;
      const gain = (threshold: number) => at(0).error - at(threshold).error;
      expect(at(6).columnShare).toBeLessThan(0.05);
      expect(gain(6)).toBeGreaterThan(0.9 * gain(1));
    },
    "Small models have no outliers of their own": () => {
      const own = thresholds.filter(
        ({model, input, threshold}) =>
          model === "decoder-small" && input === "queries, keys and values" && threshold === 6,
      );
      expect(own.map(({columnShare}) => columnShare)).toEqual([0]);
    },
  }),
  ...findingsOf("src/formats/number-formats.md", {
    "With MXFP4 the last bin stands out": () => {
      const bins = anatomy.filter(
        (row) => row.format === "mxfp4" && row.by === "magnitude" && row.distribution === "normal",
      );
      const [last, ...others] = bins.toSorted((a, b) => (b.value ?? 0) - (a.value ?? 0));
      for (const {errorShare} of others) expect(last.errorShare).toBeGreaterThan(5 * errorShare);
    },
    "but most values lie further in": () => {
      for (const format of distinct(anatomy, (row) => row.format)) {
        const bins = anatomy.filter(
          (row) => row.format === format && row.by === "magnitude" && row.distribution === "normal",
        );
        const outer = bins
          .filter(({value}) => (value ?? 0) > 0.5)
          .reduce((sum, row) => sum + row.elementShare, 0);
        expect(outer, format).toBeLessThan(0.5);
      }
    },
  }),
  ...findingsOf("src/formats/lossless-and-still-smaller.md", {
    "another order can also make an answer right or wrong, longer or shorter": () => {
      const bf16 = rowWith(keptRows<typeof answersByOrder>("decoding/answers-by-order"), {precision: "bf16"});
      expect(bf16.rightRange).toBeGreaterThan(0);
      expect(bf16.lengthDeviation).toBeGreaterThan(0);
    },
  }),
];
