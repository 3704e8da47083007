import {expect} from "vitest";
import type {attentionHeads} from "../../../src/lib/experiments/attention/heads.js";
import type {activations} from "../../../src/lib/experiments/models/activations.js";
import type {formatsOnModel} from "../../../src/lib/experiments/models/formats-on-model.js";
import type {layerSensitivity} from "../../../src/lib/experiments/models/layer-sensitivity.js";
import {keptRows} from "../kept.js";
import {distinct, type Finding, findingsOf, rowWith} from "./finding.js";

const onModel = keptRows<typeof formatsOnModel>("models/formats-on-model").filter(({seed}) => seed === "all");
const layers = keptRows<typeof layerSensitivity>("models/layer-sensitivity");
const sites = keptRows<typeof activations>("models/activations");
const heads = keptRows<typeof attentionHeads>("attention/heads");

/** Layers that hold a head which gives most of its attention to earlier places of an answer. */
export const retrievalLayers = (model: string): number[] =>
  distinct(
    heads.filter((row) => row.model === model && (row.retrieval ?? 0) > 0.5),
    ({layer}) => layer,
  );

const matrices = (format: string) =>
  layers.filter((row) => row.format === format && row.matrix !== "all" && row.layer !== "all");
const testFormats = distinct(layers, ({format}) => format);

/** Findings of the pages on formats in models. */
export const modelFindings: readonly Finding[] = [
  ...findingsOf("src/models/formats-on-a-working-model.md", {
    "and is harder to quantize": () => {
      for (const activationsOf of ["float32", "as weights"]) {
        const own = onModel.filter(
          ({method, model, format, activations: kind, bitsPerWeight}) =>
            method === "rtn" &&
            model === "decoder-small" &&
            format !== "fp16" &&
            bitsPerWeight < 5 &&
            (kind === "float32") === (activationsOf === "float32"),
        );
        expect(own.length).toBeGreaterThan(5);
        for (const row of own) {
          const {method, format, activations: kind} = row;
          const twin = rowWith(onModel, {model: "decoder-small-outliers", method, format, activations: kind});
          expect(twin.klLow, format).toBeGreaterThan(row.klHigh!);
        }
      }
    },
    "The damage is very uneven": () => {
      for (const format of testFormats) {
        const each = matrices(format)
          .map(({klMean}) => klMean)
          .toSorted((a, b) => a - b);
        expect(each.at(-1)!, format).toBeGreaterThan(3 * each[Math.floor(each.length / 2)]);
        expect(each.at(-1)!, format).toBeGreaterThan(30 * each[0]);
      }
    },
    "The heads that retrieve facts are in one layer": () => {
      expect(retrievalLayers("decoder-small")).toHaveLength(1);
    },
    "the values of that layer are the matrix whose rounding costs most": () => {
      const [layer] = retrievalLayers("decoder-small");
      for (const format of testFormats) {
        const worst = matrices(format).toSorted((a, b) => b.klMean - a.klMean)[0];
        expect(worst, format).toMatchObject({layer: String(layer), matrix: "v_proj"});
      }
    },
  }),
  ...findingsOf("src/models/inside-the-model.md", {
    "Models as small as this one have hardly any at the inputs of attention": () => {
      for (const row of sites.filter(
        ({model, site}) => model === "decoder-small" && site === "attention.input",
      )) {
        expect(row.absMaxOverRms).toBeLessThan(6);
      }
    },
    "Its twin has them by construction": () => {
      for (const row of sites.filter(
        ({model, site}) => model === "decoder-small-outliers" && site === "attention.input",
      )) {
        const plain = rowWith(sites, {model: "decoder-small", site: row.site, layer: row.layer});
        expect(row.outlierRatio).toBeGreaterThan(4 * plain.outlierRatio);
      }
    },
  }),
];
