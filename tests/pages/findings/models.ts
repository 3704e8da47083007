import {expect} from "vitest";
import type {attentionHeads} from "../../../src/lib/experiments/attention/heads.js";
import type {activations} from "../../../src/lib/experiments/models/activations.js";
import type {formatsOnModel} from "../../../src/lib/experiments/models/formats-on-model.js";
import {inside} from "../../../src/lib/experiments/models/inside.js";
import type {layerSensitivity} from "../../../src/lib/experiments/models/layer-sensitivity.js";
import {promptIds} from "../../../src/lib/experiments/shared/prompt.js";
import {isIn, keys, marker, values} from "../../../src/lib/tasks/vocabulary.js";
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

const looks = keptRows<typeof inside>("models/inside").filter(({part}) => part === "attention");
const HEADS = distinct(looks, ({head}) => head!);
const words = promptIds(inside.params.prompt.default);
/** Places of asked animals that a fact named before, each with the place of the fact's first value. */
const asked = new Map(
  Array.from(words, (word, at) => [at, Array.from(words.slice(0, at - 1)).indexOf(word) + 1] as const).filter(
    ([at, after]) => words[at - 1] === marker.query && after > 1 && words[after - 2] === marker.fact,
  ),
);

/** Mean attention of a head at some words to one word each. */
function share(layer: number, head: number, placeFor: (at: number) => number | undefined): number {
  const values = looks.flatMap((row) =>
    row.layer === layer && row.head === head && row.index! > 0 && row.other === placeFor(row.index!)
      ? [row.value]
      : [],
  );
  const places = Array.from(words, (_, at) => placeFor(at)).filter(
    (place) => place !== undefined && place >= 0,
  );
  return values.reduce((sum, value) => sum + value, 0) / places.length;
}

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
    "one at the first word after an animal, the other at most of the rest": () => {
      const isAfterAnimal = (at: number) => isIn(keys, words[at - 1]) && isIn(values, words[at]);
      const before = (holds: (at: number) => boolean) => (head: number) =>
        share(0, head, (at) => (holds(at) ? at - 1 : undefined));
      const isWord = (at: number) => words[at] >= keys.first && words[at - 1] !== marker.separator;
      const first = HEADS.filter((head) => before(isAfterAnimal)(head) > 0.95);
      const rest = HEADS.filter((head) => before((at) => isWord(at) && !isAfterAnimal(at))(head) > 0.7);
      expect(first).toHaveLength(1);
      expect(rest).toHaveLength(1);
      expect(rest).not.toEqual(first);
    },
    "at the animal of a query they attend to the word *after* the same animal earlier": () => {
      const [layer] = retrievalLayers("decoder-small");
      for (const head of HEADS) {
        expect(
          share(layer, head, (at) => asked.get(at)),
          String(head),
        ).toBeGreaterThan(0.5);
      }
    },
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
