import {expect} from "vitest";
import {meanChannelGap} from "../../../src/components/by-hand/ssm/mean-channel.js";
import type {forgetting} from "../../../src/lib/experiments/ssm/forgetting.js";
import type {outliers} from "../../../src/lib/experiments/ssm/outliers.js";
import type {packedState} from "../../../src/lib/experiments/ssm/packed-state.js";
import type {quantization} from "../../../src/lib/experiments/ssm/quantization.js";
import type {scanForms} from "../../../src/lib/experiments/ssm/scan-forms.js";
import type {stateAgainstCache} from "../../../src/lib/experiments/ssm/state-against-cache.js";
import type {tensorErrors} from "../../../src/lib/experiments/ssm/tensor-errors.js";
import {averagedScans} from "../../../src/lib/ssm/vmeanba/registry.js";
import {cardOf} from "../cards/record.js";
import {keptRows} from "../kept.js";
import {distinct, type Finding, findingsOf, rowWith} from "./finding.js";

const damage = keptRows<typeof quantization>("ssm/quantization").filter(({seed}) => seed === "all");
const packed = keptRows<typeof packedState>("ssm/packed-state").filter(({seed}) => seed === "all");
const tensors = keptRows<typeof tensorErrors>("ssm/tensor-errors");
const channels = keptRows<typeof outliers>("ssm/outliers");
const recalled = keptRows<typeof forgetting>("ssm/forgetting").filter(({seed}) => seed === "all");
const memories = keptRows<typeof stateAgainstCache>("ssm/state-against-cache");
const forms = keptRows<typeof scanForms>("ssm/scan-forms");

const MODELS = ["mamba1-small", "mamba2-small", "mamba2-small-outliers"] as const;
const [MAMBA, MAMBA2, TWIN] = MODELS;
const rise = (model: string, method: string, bits = "w8a8") => rowWith(damage, {model, method, bits});
const found = (model: string, between: string, distance: number) =>
  rowWith(recalled, {model, between, distance}).right;

/** Layers where a clip changes the error of a tensor, against static scales. */
const clipped = MODELS.flatMap((model) =>
  ["x", "state"].flatMap((tensor) =>
    [0, 1, 2, 3].map((layer) => ({
      clip: rowWith(tensors, {model, tensor, layer, method: "clip"}),
      plain: rowWith(tensors, {model, tensor, layer, method: "static"}),
    })),
  ),
);

/** Findings of the pages on state-space models. */
export const ssmFindings: readonly Finding[] = [
  ...findingsOf("src/ssm/quantizing.md", {
    "Some tensors of a scan tolerate this, others do not": () => {
      for (const model of [MAMBA, TWIN]) {
        const ordinary = tensors.filter((row) => row.model === model && row.method === "static");
        const decibels = ordinary.map(({ordinarySqnrDb}) => ordinarySqnrDb ?? Number.NaN);
        expect(Math.max(...decibels)).toBeGreaterThan(Math.min(...decibels) + 15);
      }
    },
    "and different repairs suit different tensors": () => {
      const gain = (tensor: string, method: string) =>
        Math.min(
          ...[0, 1, 2, 3].map(
            (layer) =>
              rowWith(tensors, {model: TWIN, tensor, layer, method}).ordinarySqnrDb! -
              rowWith(tensors, {model: TWIN, tensor, layer, method: "static"}).ordinarySqnrDb!,
          ),
        );
      expect(gain("output", "hadamard")).toBeGreaterThan(3);
      expect(gain("output", "state-groups")).toBeLessThan(1);
      expect(gain("state", "state-groups")).toBeGreaterThan(3);
      expect(gain("state", "hadamard")).toBeLessThan(1);
    },
    "because small models have fewer outliers than large ones. Mamba has no norm": () => {
      const peak = (model: string) =>
        Math.max(
          ...channels
            .filter((row) => row.model === model && row.tensor === "output")
            .map(({absMaxOverRms}) => absMaxOverRms),
        );
      expect(peak(TWIN)).toBeGreaterThan(2 * peak(MAMBA2));
    },
    "In most layers a clip makes the upper bar shorter, and in all of them the lower one longer": () => {
      const shorter = clipped.filter(({clip, plain}) => clip.sqnrDb! < plain.sqnrDb!);
      expect(shorter.length).toBeGreaterThan(clipped.length / 2);
      for (const {clip, plain} of clipped) {
        expect(clip.ordinarySqnrDb!).toBeGreaterThan(plain.ordinarySqnrDb!);
      }
    },
    "In Mamba it is the gated output: a Hadamard transform recovers most of the loss of static int8, and a clip alone recovers nothing":
      () => {
        expect(rise(MAMBA, "hadamard").differenceHigh).toBeLessThan(rise(MAMBA, "static").differenceLow! / 2);
        expect(rise(MAMBA, "clip").difference).toBeGreaterThan(0.95 * rise(MAMBA, "static").difference);
      },
    "tolerates static int8": () => {
      const {difference, perplexity, differenceLow} = rise(MAMBA2, "static");
      expect(difference / perplexity).toBeLessThan(0.01);
      expect(differenceLow).toBeLessThan(0);
    },
    "with the outliers of its twin it fails at the same tensor and is repaired in the same way, or by SmoothQuant":
      () => {
        const fails = rise(TWIN, "static").differenceLow!;
        expect(fails).toBeGreaterThan(0.5);
        for (const method of ["hadamard", "smoothquant"]) {
          expect(rise(TWIN, method).differenceHigh).toBeLessThan(fails / 2);
        }
        expect(rise(TWIN, "clip").differenceLow).toBeGreaterThan(fails / 2);
      },
    "Once that tensor is repaired, most of the damage with 4-bit weights comes from the weights": () => {
      for (const model of MODELS) {
        for (const method of ["hadamard", "quamba"]) {
          const weights = rise(model, method, "w4a16").difference;
          expect(weights, `${model}, ${method}`).toBeGreaterThan(
            0.7 * rise(model, method, "w4a8").difference,
          );
        }
      }
    },
    "In Mamba2 the KL divergence of static int8 is now several times that of a text read at once": () => {
      expect(rowWith(packed, {model: MAMBA2, method: "static"}).klLow).toBeGreaterThan(
        2 * rise(MAMBA2, "static").klHigh!,
      );
    },
    "of all its tensors the state has the heaviest tails": () => {
      const own = tensors.filter((row) => row.model === MAMBA2 && row.method === "static");
      for (const layer of [0, 1, 2, 3]) {
        const heaviest = own
          .filter((row) => row.layer === layer)
          .toSorted((a, b) => (b.kurtosis ?? 0) - (a.kurtosis ?? 0))[0];
        expect(heaviest.tensor).toBe("state");
      }
    },
    "Separate scales for its numbers repair this, a clip does too, and Quamba2, which has both its scales and the transform, diverges least":
      () => {
        const kl = (method: string) => rowWith(packed, {model: MAMBA2, method});
        for (const method of ["state-groups", "clip", "quamba2"]) {
          expect(kl(method).klHigh, method).toBeLessThan(kl("static").klLow! * 0.75);
        }
        for (const method of ["static", "clip", "state-groups"]) {
          expect(kl("quamba2").klHigh, method).toBeLessThan(kl(method).klLow!);
        }
      },
    "In a model as small as this they are a noticeable part of the state": () => {
      const {scaleBytes, stateBytes} = rise(MAMBA2, "state-groups");
      expect(scaleBytes / stateBytes).toBeGreaterThan(0.05);
    },
    "So Quamba2 is smaller than the others": () => {
      for (const model of MODELS) {
        for (const row of damage.filter((each) => each.model === model && each.bits === "w8a8")) {
          if (row.method !== "quamba2") expect(row.bytes).toBeGreaterThan(rise(model, "quamba2").bytes);
        }
      }
    },
  }),
  ...findingsOf("src/ssm/state-against-cache.md", {
    "Mamba2 keeps a single fact to the end of the longest text": () => {
      const longest = Math.max(...recalled.map(({distance}) => distance));
      expect(found(MAMBA2, "text", longest)).toBeGreaterThan(0.95);
    },
    "gradually in Mamba2, at once in Mamba": () => {
      const distances = [0, 10, 20, 40, 60, 80, 100];
      for (const [i, distance] of distances.entries()) {
        if (i > 0) {
          expect(found(MAMBA2, "facts", distance)).toBeLessThanOrEqual(
            found(MAMBA2, "facts", distances[i - 1]),
          );
        }
      }
      expect(found(MAMBA2, "facts", 20)).toBeGreaterThan(0.8);
      expect(found(MAMBA2, "facts", 100)).toBeLessThan(0.2);
      expect(found(MAMBA, "facts", 0)).toBeGreaterThan(0.9);
      expect(found(MAMBA, "facts", 10)).toBeLessThan(0.1);
    },
    "learned in training to hold one fact only": () => {
      const {tasks} = cardOf(MAMBA).scores;
      const right = (task: string) => 1 - tasks[task].wrong.length / tasks[task].samples;
      expect(right("needle-single")).toBeGreaterThan(0.95);
      expect(right("needle-multikey")).toBeLessThan(0.2);
    },
    "Up to about that length they find most facts, wherever these stand": () => {
      for (const {model, distance, right} of recalled) {
        const trained = {"decoder-small": 128, "decoder-large": 256}[model as string] ?? 0;
        if (distance < trained - 20) expect(right, `${model} at ${distance}`).toBeGreaterThan(0.8);
      }
    },
    "For texts as short as those of its training the cache is smaller, and it is more accurate": () => {
      const bytes = (model: string) => rowWith(memories, {model, context: 128, format: "fp32"}).memoryBytes;
      expect(bytes("decoder-small")).toBeLessThan(bytes(MAMBA2));
      for (const distance of [40, 60, 80, 100]) {
        expect(found("decoder-small", "facts", distance)).toBeGreaterThan(found(MAMBA2, "facts", distance));
      }
    },
  }),
  ...findingsOf("src/ssm/the-scan.md", {
    "For any chunk and any decay the forms differ only by rounding in the number type they are stored in":
      () => {
        for (const {form, precision, difference, broken} of forms) {
          if (form === "naive") continue;
          expect(broken).toBe(0);
          expect(difference, `${form}, ${precision}`).toBeLessThan(precision === "float64" ? 1e-12 : 1e-4);
        }
      },
    "*naive chunks* divide, and where the state decays fast they give no number at all": () => {
      expect(forms.some(({form, broken}) => form === "naive" && broken > 0)).toBe(true);
    },
    "Chunks need more operations than the recurrence, but fewer of them depend on one another": () => {
      for (const technique of distinct(forms, (row) => row.technique)) {
        const own = forms.filter((row) => row.technique === technique && row.precision === "float64");
        const recurrent = own.find(({form}) => form === "recurrent")!;
        const chunks = own.filter(({form, chunkSize}) => form === "chunked" && chunkSize === 64);
        expect(chunks.length).toBeGreaterThan(0);
        for (const row of chunks) {
          expect(row.operations!).toBeGreaterThan(recurrent.operations!);
          expect(row.steps!).toBeLessThan(recurrent.steps!);
        }
      }
    },
  }),
  ...findingsOf("src/ssm/averaging-channels.md", {
    "With equal time steps a scan is linear: the scan of the mean input is the mean of the outputs, however far the inputs lie apart":
      () => {
        for (const inputs of [0, 1, 2]) expect(meanChannelGap({inputs, steps: 1})).toBeLessThan(1e-6);
      },
    "Set the time steps apart, and the mean channel no longer even gives the mean": () => {
      expect(meanChannelGap({inputs: 1, steps: 4})).toBeGreaterThan(0.05);
    },
    "It saves nothing and shows the price of one output for all by itself": () => {
      expect(averagedScans.byId("mean-output").scansOnce).toBe(false);
    },
  }),
];
