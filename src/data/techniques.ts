/** Every technique of every registry, by the facts that pages show of it. */
import {policies} from "../lib/attention/registry.js";
import {formats} from "../lib/formats/registry.js";
import {KV_CACHES} from "../lib/kv/registry.js";
import {quantizationMethods} from "../lib/quant/registry.js";
import {scanQuantizers} from "../lib/ssm/registry.js";
import type {RegistryName, TechniqueFacts} from "../lib/technique/facts.js";

type Known = Pick<TechniqueFacts, "id" | "family" | "source"> &
  Partial<Pick<TechniqueFacts, "label" | "standing" | "isShownFirst" | "masksLookAtAll">> & {
    readonly title?: string;
    readonly presets?: readonly {readonly id: string}[];
  };

const factsOf = (registry: RegistryName, known: readonly Known[]): TechniqueFacts[] =>
  known.map(({id, label, title, family, source, presets = [], ...more}) => ({
    registry,
    id,
    label: label ?? title ?? id,
    family,
    source,
    choices: presets.length > 0 ? presets.map((preset) => preset.id) : [id],
    standing: more.standing ?? "method",
    isShownFirst: more.isShownFirst ?? true,
    masksLookAtAll: more.masksLookAtAll ?? false,
  }));

/** The facts of all techniques, registry by registry. */
export const techniques: readonly TechniqueFacts[] = [
  ...factsOf("formats", Object.values(formats)),
  ...factsOf("quantization methods", quantizationMethods.all),
  ...factsOf("caches", KV_CACHES.all),
  ...factsOf("policies", policies.all),
  ...factsOf("scan quantizers", scanQuantizers.all),
];
