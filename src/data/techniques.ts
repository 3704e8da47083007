/** Every technique of every registry, by the facts that pages show of it. */
import {accelerators} from "../lib/accel/registry.js";
import {arithmetics} from "../lib/arithmetic/registry.js";
import {policies} from "../lib/attention/registry.js";
import {staticDecodings} from "../lib/compiled/registry.js";
import {decodingMethods} from "../lib/decoding/registry.js";
import {mixtures} from "../lib/experts/registry.js";
import {formats} from "../lib/formats/registry.js";
import {KV_CACHES} from "../lib/kv/registry.js";
import {mixers} from "../lib/mixers/registry.js";
import {quantizationMethods} from "../lib/quant/registry.js";
import {cascades} from "../lib/reductions/cascade/cascades.js";
import {softmaxOrders} from "../lib/reductions/registry.js";
import {pruningMethods} from "../lib/sparse/pruning/registry.js";
import {sparseForms} from "../lib/sparse/registry.js";
import {structuredMethods} from "../lib/sparse/structured/registry.js";
import {scanQuantizers} from "../lib/ssm/registry.js";
import {averagedScans} from "../lib/ssm/vmeanba/registry.js";
import type {RegistryName, TechniqueFacts} from "../lib/technique/facts.js";
import {recordDocs} from "./record-docs.js";

type Known = Pick<TechniqueFacts, "id" | "family" | "source"> &
  Partial<Pick<TechniqueFacts, "label" | "standing" | "isShownFirst" | "masksLookAtAll">> & {
    readonly title?: string;
    readonly convention?: string;
    readonly presets?: readonly {readonly id: string}[];
  };

/** A sentence without the name that it begins with, which stands beside it anyway. */
function withoutName(label: string, sentence: string): string {
  const rest = sentence.startsWith(`${label}: `) ? sentence.slice(label.length + 2) : sentence;
  return capitalized(rest);
}

const capitalized = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);

const factsOf = (
  registry: RegistryName,
  known: readonly Known[],
  docs: ReadonlyMap<string, string> = new Map(),
): TechniqueFacts[] =>
  known.map(({id, label, title, family, source, convention, presets = [], ...more}) => ({
    registry,
    id,
    label: label ?? title ?? id,
    family,
    source,
    summary:
      convention === undefined ? withoutName(label ?? id, docs.get(id) ?? "") : `${capitalized(convention)}.`,
    choices: presets.length > 0 ? presets.map((preset) => preset.id) : [id],
    standing: more.standing ?? "method",
    isShownFirst: more.isShownFirst ?? true,
    masksLookAtAll: more.masksLookAtAll ?? false,
  }));

/** The facts of all techniques, registry by registry. */
export const techniques: readonly TechniqueFacts[] = [
  ...factsOf("formats", Object.values(formats)),
  ...factsOf("quantization methods", quantizationMethods.all, recordDocs("quant")),
  ...factsOf("caches", KV_CACHES.all, recordDocs("kv")),
  ...factsOf("policies", policies.all, recordDocs("attention")),
  ...factsOf("scan quantizers", scanQuantizers.all, recordDocs("ssm")),
  ...factsOf("averaged scans", averagedScans.all, recordDocs("ssm")),
  ...factsOf("decoding methods", decodingMethods.all, recordDocs("decoding")),
  ...factsOf("mixers", mixers.all, recordDocs("mixers")),
  ...factsOf("pruning methods", pruningMethods.all, recordDocs("sparse/pruning")),
  ...factsOf("structured pruning", structuredMethods.all, recordDocs("sparse/structured")),
  ...factsOf("sparse forms", sparseForms.all, recordDocs("sparse")),
  ...factsOf("mixtures", mixtures.all, recordDocs("experts")),
  ...factsOf("static decodings", staticDecodings.all, recordDocs("compiled")),
  ...factsOf("softmax orders", softmaxOrders.all, recordDocs("reductions")),
  ...factsOf("cascades", cascades.all, recordDocs("reductions/cascade")),
  ...factsOf("arithmetics", arithmetics.all, recordDocs("arithmetic")),
  ...factsOf("accelerators", accelerators.all, recordDocs("accel")),
];
