/** A plan as rows: the format of every tensor, the facts of the whole, and what there was to choose from. */
import {KEEP} from "../../checkpoint/recipe.js";
import type {Measured} from "../../evaluate/evaluate.js";
import type {Row} from "../../experiment/columns.js";
import type {Provenance} from "../../experiment/provenance.js";
import type {Part, PartOption, Plan} from "../../plan/make-plan.js";
import type {FormatCost} from "../../plan/tensor-parts.js";
import {elementCount} from "../../tensor/tensor.js";
import type {ownFile} from "../formats/own-file.js";
import {known} from "../shared/quality-columns.js";
import {type CacheOption, techniqueOf} from "./plan-caches.js";
import type {PlannedModel} from "./planned-model.js";

/** Damages of formats and caches. */
export interface Damages {
  /** Errors of the tensors in the formats, whether the model runs or not. */
  readonly errors: readonly Row<(typeof ownFile)["columns"]>[];
  readonly costs: readonly FormatCost[];
  readonly caches: readonly CacheOption[];
  readonly provenance: Provenance;
  readonly cacheProvenance: Provenance;
  /** The reason why damage is an error of numbers and no divergence of predictions; null where the model was run. */
  readonly whyNotRun: string | null;
}

/** A plan with the parts and the cache that it chose for. */
export interface Chosen {
  readonly made: Plan;
  readonly parts: readonly Part[];
  readonly cache: CacheOption | null;
}

/** The plan as a whole, really run. */
export interface MeasuredResult {
  /** Mean KL divergence on the texts that it was chosen by. */
  readonly choosing: number;
  /** On others. */
  readonly reported: NonNullable<Measured["comparison"]>;
}

/** A row for each tensor that the plan decides on. */
export function rowsOf({tensors}: PlannedModel, {costs, provenance}: Damages, {made, parts}: Chosen) {
  const cost = new Map(costs.map((each) => [`${each.format} ${each.tensor}`, each]));
  return parts.flatMap(({names}, part) =>
    names.map((tensor) => {
      const {id: format} = made.chosen[part];
      const {dtype, shape, bytes} = tensors.get(tensor)!;
      const found = format === KEEP ? {bytes, damage: 0} : cost.get(`${format} ${tensor}`)!;
      return {
        tensor,
        format,
        storedAs: dtype,
        elements: elementCount(shape),
        bytes: found.bytes,
        damage: found.damage,
        provenance,
      };
    }),
  );
}

/** A row for each cache that there was to choose from. */
export const cacheRows = ({caches, cacheProvenance}: Damages, chosen: CacheOption | null) =>
  caches.map(({choice, id, bytes, damage}) => {
    const {technique, params} = techniqueOf(choice);
    return {
      cache: id,
      label: choice.label,
      technique,
      settings: JSON.stringify(params),
      bytes,
      damage,
      isChosen: id === chosen?.id,
      provenance: cacheProvenance,
    };
  });

/** A row for a format that all tensors have, measured where the model runs. */
export function uniformRow(
  format: string,
  {options, others}: {readonly options: readonly PartOption[]; readonly others: number},
  quality: MeasuredResult["reported"] | null,
) {
  const [kl, perplexity] = [quality?.kl.mean, quality?.model.perplexity];
  const end = (value: number | undefined) => (value === undefined ? null : known(value));
  return {
    format,
    bytes: others + options.reduce((sum, {bytes}) => sum + bytes, 0),
    damage: options.reduce((sum, {damage}) => sum + damage, 0),
    klMean: kl?.value ?? null,
    klLow: end(kl?.low),
    klHigh: end(kl?.high),
    perplexity: perplexity?.value ?? null,
    perplexityLow: end(perplexity?.low),
    perplexityHigh: end(perplexity?.high),
    provenance: "measured" as const,
  };
}

interface FactsOf {
  readonly opened: PlannedModel;
  readonly damages: Damages;
  readonly chosen: Chosen;
  readonly measured: MeasuredResult | null;
}

/** The facts of a plan, each with the kind of its number. */
export function factsOf({opened, damages, chosen: {made, parts, cache}, measured}: FactsOf) {
  const {fixed, context, tensors} = opened;
  const weights = made.chosen.slice(0, parts.length).reduce((sum, {bytes}) => sum + bytes, 0);
  const stored = [...tensors.values()].reduce((sum, {bytes}) => sum + bytes, 0);
  const bytes = (fact: string, value: number, provenance: Provenance, note: string | null = null) =>
    factRow({fact, value, unit: "B", note, provenance});
  const unit = damages.whyNotRun === null ? "nats" : "share";
  return [
    bytes("memory", made.bytes, "modelled", "weights, cache, state and activations"),
    bytes("weights", weights + fixed.others, "measured", `stored now: ${stored} bytes`),
    ...(cache === null
      ? []
      : [bytes("cache", cache.bytes, "modelled", `${cache.choice.label}, ${context} tokens`)]),
    ...(fixed.state === 0
      ? []
      : [bytes("state", fixed.state, "modelled", "of a recurrence, which does not grow")]),
    bytes(
      "activations",
      fixed.activations,
      "modelled",
      "the largest operator of a prompt that is read in chunks",
    ),
    factRow({fact: "damage", value: made.damage, unit, note: damageNote(damages), provenance: "modelled"}),
    factRow({
      fact: "bound",
      value: made.bound,
      unit: made.aim === "damage" ? unit : "B",
      note: `no choice has less ${made.aim === "damage" ? "damage" : "bytes"}, over these damages`,
      provenance: "modelled",
    }),
    factRow({
      fact: "gap",
      value: made.gap,
      unit: made.aim === "damage" ? unit : "B",
      note: made.gap === 0 ? "proven: nothing is better" : "what is left unproven",
      provenance: "modelled",
    }),
    ...(damages.whyNotRun === null
      ? []
      : [factRow({fact: "not run", value: null, note: damages.whyNotRun, provenance: "measured"})]),
    ...(measured === null ? [] : measuredFacts(measured)),
  ];
}

const damageNote = ({whyNotRun}: Damages): string =>
  whyNotRun === null
    ? "sum of the KL divergences of each part alone, on the texts of the choice"
    : "sum of relative squared errors, each times its share of the weights";

function measuredFacts({choosing, reported: {kl, difference, sameTop, model, baseline}}: MeasuredResult) {
  const documents = `on ${model.documents} documents that the plan was not chosen by`;
  const nats = {unit: "nats", provenance: "measured" as const};
  return [
    factRow({
      ...nats,
      fact: "measured damage",
      value: choosing,
      note: "KL divergence of the whole plan, on the texts of the choice",
    }),
    factRow({
      ...nats,
      fact: "KL divergence",
      value: kl.mean.value,
      low: known(kl.mean.low),
      high: known(kl.mean.high),
      note: documents,
    }),
    factRow({
      fact: "perplexity as it is",
      value: baseline.perplexity.value,
      low: known(baseline.perplexity.low),
      high: known(baseline.perplexity.high),
      note: documents,
      provenance: "measured",
    }),
    factRow({
      fact: "perplexity ratio",
      value: difference.ratio.value,
      low: known(difference.ratio.low),
      high: known(difference.ratio.high),
      note: documents,
      provenance: "measured",
    }),
    factRow({
      fact: "same likeliest token",
      value: sameTop.share,
      unit: "share",
      note: documents,
      provenance: "measured",
    }),
  ];
}

interface Fact {
  readonly fact: string;
  readonly value: number | null;
  readonly unit?: string | null;
  readonly low?: number | null;
  readonly high?: number | null;
  readonly note: string | null;
  readonly provenance: Provenance;
}

const factRow = (fact: Fact) => ({unit: null, low: null, high: null, ...fact});
