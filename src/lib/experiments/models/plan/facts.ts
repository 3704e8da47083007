/** The facts of a plan: its sizes, its damage, the proof, and what it does where the model runs. */
import type {Provenance} from "../../../experiment/provenance.js";
import {known} from "../../shared/quality-columns.js";
import type {WrittenModel} from "./container.js";
import type {Chosen, Damages, MeasuredResult} from "./rows.js";

interface FactsOf {
  readonly opened: WrittenModel;
  readonly damages: Damages;
  readonly chosen: Chosen;
  readonly measured: MeasuredResult | null;
  /** The importance that errors were weighed by, in words, or null. */
  readonly importance: string | null;
}

/** The facts of a plan, each with the kind of its number. */
export function factsOf({opened, damages, chosen: {made, parts, cache}, measured, importance}: FactsOf) {
  const {fixed, context, open, container} = opened;
  const weights = made.chosen.slice(0, parts.length).reduce((sum, {bytes}) => sum + bytes, 0);
  const stored = [...open.tensors.values()].reduce((sum, {bytes}) => sum + bytes, 0);
  const bytes = (fact: string, value: number, provenance: Provenance, note: string | null = null) =>
    factRow({fact, value, unit: "B", note, provenance});
  const unit = damages.whyNoDivergences === null ? "nats" : "share";
  return [
    bytes("memory", made.bytes, "modelled", "weights, cache, state and activations"),
    bytes(
      "weights",
      weights + fixed.others,
      "measured",
      `in a file of ${container}; stored now: ${stored} bytes`,
    ),
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
    ...replacedFacts(opened, damages),
    ...(importance === null
      ? []
      : [
          factRow({
            fact: "importance",
            value: null,
            note: `${importance}: quantize --write takes the same --importance`,
            provenance: "measured",
          }),
        ]),
    ...(measured === null ? [] : measuredFacts(measured)),
  ];
}

/** Formats whose blocks do not divide the rows of some tensors, with those in their place. */
function replacedFacts({tensors, writtenFormat}: WrittenModel, {errors}: Damages) {
  const replaced = errors.flatMap(({tensor, format}) => {
    const own = writtenFormat(tensors.get(tensor)!, format);
    return own === format ? [] : [{tensor, pair: `${own} in place of ${format}`}];
  });
  if (replaced.length === 0) return [];
  const pairs = [...new Set(replaced.map(({pair}) => pair))];
  return [
    factRow({
      fact: "replaced",
      value: new Set(replaced.map(({tensor}) => tensor)).size,
      unit: "tensors",
      note: `whose rows are no whole blocks, as llama.cpp replaces them: ${pairs.join(", ")}`,
      provenance: "measured",
    }),
  ];
}

const damageNote = ({whyNoDivergences: why, whyNotRun}: Damages): string =>
  why === null
    ? "sum of the KL divergences of each part alone, on the texts of the choice"
    : `sum of relative squared errors, each times its share of the weights${whyNotRun === null ? `; ${why}` : ""}`;

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
