import {expect} from "vitest";
import {compareMeasurements} from "../../../src/lib/accel/measurements.js";
import type {accllm} from "../../../src/lib/experiments/accel/accllm.js";
import type {compose} from "../../../src/lib/experiments/accel/compose.js";
import {LOSSLESS_DRAFTS} from "../../../src/lib/experiments/accel/decoding-choice.js";
import type {hsa} from "../../../src/lib/experiments/accel/hsa.js";
import type {kinetics} from "../../../src/lib/experiments/accel/kinetics.js";
import type {logicBlocks} from "../../../src/lib/experiments/accel/logic-blocks.js";
import type {roofline} from "../../../src/lib/experiments/accel/roofline.js";
import type {sparseSlices} from "../../../src/lib/experiments/accel/sparse-slices.js";
import type {systolic} from "../../../src/lib/experiments/accel/systolic.js";
import {keptRows, keptTable} from "../kept.js";
import {distinct, type Finding, findingsOf, rowWith} from "./finding.js";

const costs = keptRows<typeof kinetics>("accel/kinetics");
const slices = keptRows<typeof sparseSlices>("accel/sparse-slices");
const arrays = keptRows<typeof hsa>("accel/hsa");
const blocks = keptRows<typeof logicBlocks>("accel/logic-blocks");
const operators = keptRows<typeof roofline>("accel/roofline");
const cycles = keptRows<typeof systolic>("accel/systolic");
const composed = keptTable<typeof compose, "figures">("accel/compose", "figures");

/** Findings of the pages on machines, all of them modelled. */
export const accelFindings: readonly Finding[] = [
  ...findingsOf("src/accelerators/test-time-compute.md", {
    "for long answers memory dominates": () => {
      const longest = Math.max(...costs.map(({generated}) => generated));
      for (const row of costs.filter(
        ({attention, generated}) => attention === "dense" && generated === longest,
      )) {
        expect(row.memoryShare).toBeGreaterThan(80);
      }
    },
    "If a model attends only to some tokens, the cost of a token stays flat": () => {
      const perToken = (attention: string, generated: number) =>
        rowWith(
          costs.filter(({setting, trials}) => setting === 0 && trials === 1),
          {attention, generated},
        ).cost / generated;
      expect(perToken("top-k", 32768) / perToken("top-k", 8192)).toBeLessThan(1.15);
      expect(perToken("dense", 32768) / perToken("dense", 8192)).toBeGreaterThan(2);
    },
  }),
  ...findingsOf("src/accelerators/sparse-slices.md", {
    "Every combination is measured on our small decoder": () => {
      const combinations = keptRows<typeof accllm>("accel/accllm");
      expect(new Set(combinations.map(({measures}) => measures)).size).toBe(16);
      const at = (measures: string) => rowWith(combinations, {measures});
      expect(at("W2").differenceLow!).toBeGreaterThan(0);
      expect(at("2:4 + W2").perplexity).toBeGreaterThan(at("W2").perplexity);
      expect(at("2:4 + W2").bitsPerWeight / at("W2").bitsPerWeight).toBeGreaterThan(0.85);
    },
    "The feed limits the speed": () => {
      const speeds = slices.filter(({pattern, kind}) => pattern === "1:4" && kind === "uniform");
      const all = speeds.map(({speedup}) => speedup!);
      expect(Math.max(...all)).toBeGreaterThan(1.5 * Math.min(...all));
    },
  }),
  ...findingsOf("src/accelerators/logic-blocks.md", {
    "If tables and adders share modules, fewer modules are needed": () => {
      for (const {kind, limitedRatio} of blocks.filter(({setting}) => setting === 0)) {
        if (kind === "set") expect(limitedRatio!).toBeLessThan(0.95);
      }
    },
    "therefore saves almost nothing, however many adders it has": () => {
      const stereo = rowWith(
        blocks.filter(({setting}) => setting === 0),
        {circuit: "stereo match"},
      );
      expect(stereo.limitedRatio!).toBeGreaterThan(0.9);
      expect(stereo.adderShare!).toBeGreaterThan(50);
    },
    "Two things take part of it back": () => {
      for (const {kind, idealRatio, limitedRatio, areaRatio} of blocks.filter(({setting}) => setting === 0)) {
        if (kind !== "set") continue;
        expect(limitedRatio!).toBeGreaterThanOrEqual(idealRatio!);
        expect(areaRatio).toBeGreaterThan(limitedRatio!);
      }
    },
  }),
  ...findingsOf("src/accelerators/edge-accelerator.md", {
    "An array that is built for the first is mostly idle in the second": () => {
      const largest = arrays.filter(
        ({kind, what, setting}) => kind === "decode" && what === "systolic" && setting === 0,
      );
      expect(largest.length).toBeGreaterThan(0);
      for (const {utilization} of largest) expect(utilization!).toBeLessThan(50);
    },
    "more elements than that read prompts faster but do not write faster": () => {
      for (const setting of distinct(arrays, (row) => row.setting)) {
        const own = arrays.filter((row) => row.setting === setting);
        const over = own.filter(
          ({kind, what, elements, balanced}) =>
            kind === "decode" && what === "hybrid" && elements !== null && elements > balanced,
        );
        expect(new Set(over.map(({tokensPerSecond}) => tokensPerSecond!.toPrecision(6))).size).toBeLessThan(
          2,
        );
      }
    },
  }),
  ...findingsOf("src/accelerators/compose.md", {
    "so only the weights become smaller, and prompts are read no faster": () => {
      const whole = rowWith(composed, {weights: "fp16", decoding: "plain"});
      for (const row of composed.filter(({weights}) => weights !== "fp16")) {
        expect(row.memoryGB!).toBeLessThan(whole.memoryGB!);
        expect(row.firstTokenMs! / whole.firstTokenMs!, row.weights).toBeGreaterThan(0.97);
        expect(row.perTokenMs!).toBeLessThan(whole.perTokenMs!);
      }
    },
    "all drafts but one make a token faster; a draft that is most of the model itself makes it slower":
      () => {
        const plain = rowWith(composed, {weights: "fp16", decoding: "plain"});
        const drafts = composed.filter(({tokensPerPass}) => tokensPerPass > 1);
        expect(drafts).toHaveLength(LOSSLESS_DRAFTS.length);
        const slower = drafts.filter(({perTokenMs}) => perTokenMs! > plain.perTokenMs!);
        expect(slower.map(({decoding}) => decoding)).toEqual(["skipping-draft"]);
      },
  }),
  ...findingsOf("src/accelerators/roofline.md", {
    "the lowest rows are of one thread": () => {
      const lowest = compareMeasurements()
        .toSorted((a, b) => a.ratio - b.ratio)
        .slice(0, 4);
      for (const {measurement} of lowest) expect(measurement.threads).toBe(1);
    },
    "so at long contexts attention stays under the slope for any batch": () => {
      const decoded = operators.filter(
        ({operator, intensity}) => operator === "attention" && intensity < 100,
      );
      expect(decoded.length).toBeGreaterThan(0);
      for (const {bound} of decoded) expect(bound).toBe("memory");
    },
  }),
  ...findingsOf("src/accelerators/systolic-array.md", {
    "One token has one row, and then almost nothing in the grid is busy whatever the dataflow": () => {
      const single = cycles.filter(({rows, side}) => rows === 1 && side >= 32);
      expect(distinct(single, ({dataflow}) => dataflow)).toHaveLength(3);
      for (const {utilization, dataflow, side} of single) {
        expect(utilization, `${dataflow}, ${side}`).toBeLessThan(5);
      }
    },
  }),
];
