import {expect} from "vitest";
import {sharedBasis} from "../../../src/components/by-hand/kv/shared-basis.js";
import {needed} from "../../../src/components/plots/kv/spectra.js";
import type {alignment} from "../../../src/lib/experiments/kv/alignment.js";
import type {context} from "../../../src/lib/experiments/kv/context.js";
import type {oneToken} from "../../../src/lib/experiments/kv/one-token.js";
import type {sharing} from "../../../src/lib/experiments/kv/sharing.js";
import type {smallCaches} from "../../../src/lib/experiments/kv/small-caches.js";
import type {spectra} from "../../../src/lib/experiments/kv/spectra.js";
import {keptRows} from "../kept.js";
import {distinct, type Finding, findingsOf, rowWith} from "./finding.js";

const contexts = keptRows<typeof context>("kv/context");
const aligned = keptRows<typeof alignment>("kv/alignment");
const spectrum = keptRows<typeof spectra>("kv/spectra");
const shared = keptRows<typeof sharing>("kv/sharing").filter(({seed}) => seed === "all");
const caches = keptRows<typeof smallCaches>("kv/small-caches").filter(({seed}) => seed === "all");
const token = keptRows<typeof oneToken>("kv/one-token");

/** Components for each layer that hold most of the squared length. */
const componentsOf = (model: string, side: string, groupSize: number, order: string) =>
  needed(
    spectrum.filter(
      (row) => row.model === model && row.side === side && row.groupSize === groupSize && row.order === order,
    ),
  );

/** Root mean square of what a cache of one token loses. */
function tokenError(setting: number, technique: string): number {
  const own = token.filter((row) => row.setting === setting && row.technique === technique);
  return Math.sqrt(own.reduce((sum, {error}) => sum + (error ?? 0) ** 2, 0) / own.length);
}

/** Findings of the pages on caches. */
export const kvFindings: readonly Finding[] = [
  ...findingsOf("src/kv/how-long-a-context.md", {
    "For a long text this is more memory than the weights, unless layers with a window let old tokens go":
      () => {
        const longest = contexts.filter(
          ({technique, context: tokens}) => technique === "fp16" && tokens === 2 ** 20,
        );
        expect(longest.length).toBeGreaterThan(3);
        for (const {cacheBytes, weightBytes, model} of longest) {
          expect(cacheBytes! > weightBytes!, model).toBe(model !== "Mistral 7B v0.1");
        }
      },
    "In a shorter text the factors are a larger part of the cache, and large groups lose part of their advantage":
      () => {
        const ratio = (technique: string, tokens: number) =>
          rowWith(contexts, {model: "Llama 3.1 8B", technique, context: tokens}).ratio!;
        const advantage = (tokens: number) => ratio("xKV-4", tokens) / ratio("xKV-2", tokens);
        expect(ratio("xKV-4", 1024)).toBeLessThan(ratio("xKV-4", 65536));
        expect(advantage(1024)).toBeLessThan(advantage(65536));
      },
  }),
  ...findingsOf("src/kv/sharing-across-layers.md", {
    "The keys and values of different layers look unlike each other": () => {
      for (const {cosine} of aligned) expect(Math.abs(cosine)).toBeLessThan(0.2);
    },
    "But they may be combinations of the same few patterns over the tokens": () => {
      for (const {overlap, chance, model, side} of aligned) {
        expect(overlap, `${model} ${side}`).toBeGreaterThan(chance + 0.1);
      }
    },
    "as MiniCache does, would fail here at every angle": () => {
      for (const angle of [0, 15, 30, 45, 60, 75, 90]) {
        expect(Math.abs(sharedBasis(angle, 1, true).cosine)).toBeLessThan(1e-6);
      }
    },
    "so more components are needed": () => {
      for (const model of distinct(spectrum, (row) => row.model)) {
        expect(componentsOf(model, "rotated keys", 1, "text")).toBeGreaterThan(
          1.5 * componentsOf(model, "keys", 1, "text"),
        );
      }
    },
    "The distance below the grey line of a group is what its layers share": () => {
      for (const {model, side, groupSize} of spectrum.filter(
        (row) => row.order === "shuffled" && row.groupSize > 1,
      )) {
        expect(componentsOf(model, side, groupSize, "text")).toBeLessThan(
          componentsOf(model, side, groupSize, "shuffled"),
        );
      }
    },
    "In documents of 128 or 256 tokens the factors are a large part of the size, and a larger group needs more of them":
      () => {
        for (const row of shared.filter(({technique}) => technique === "xKV")) {
          expect(row.ratio, row.name).toBeLessThan(0.8 * row.limitRatio);
        }
      },
  }),
  ...findingsOf("src/kv/small-caches.md", {
    "If one scale serves all channels of a token, the large channels leave few levels for the others": () => {
      const outliers = distinct(
        token.filter(({technique}) => technique === "per-token-2"),
        ({setting}) => setting,
      );
      expect(outliers.length).toBeGreaterThan(1);
      // On the twin a scale for each token returns one value for most channels, on the plain model it does not.
      expect(tokenError(outliers[1], "per-token-2")).toBeGreaterThan(tokenError(outliers[0], "per-token-2"));
    },
    "Quest and the oracle keep everything, plus some data to choose by; they only read less": () => {
      for (const technique of ["quest-half", "quest-quarter", "oracle-quarter"]) {
        for (const row of caches.filter((each) => each.technique === technique)) {
          const whole = rowWith(caches, {model: row.model, technique: "fp16"});
          expect(row.kept).toBeGreaterThanOrEqual(whole.kept);
          expect(row.read).toBeLessThan(whole.read);
        }
      }
    },
    "TokenButler reads fewer keys and values, but in models as small as these its importance keys are more than it saves":
      () => {
        for (const row of caches.filter(({technique}) => technique.startsWith("token-butler"))) {
          expect(row.read).toBeGreaterThan(rowWith(caches, {model: row.model, technique: "fp16"}).read);
        }
      },
    "in a short text these are a large part of the size": () => {
      for (const technique of ["kivi-2", "xkv4-half", "xkv4-quarter"]) {
        for (const row of caches.filter((each) => each.technique === technique)) {
          expect(row.kept, technique).toBeGreaterThan(1.25 * row.keptLong);
        }
      }
    },
  }),
];
