/** The plan of a checkpoint: its facts, its formats layer by layer, and what it does where the model runs. */
import {type Markup, markup} from "../kit/text/markup.js";
import {apart} from "../kit/text/number-text.js";
import type {ChartSpec, Series} from "../plots/chart/chart-spec.js";
import {looksOf} from "../plots/palette.js";
import {layerOf} from "./errors.js";
import {reportFigure} from "./figure.js";
import type {PlanTables, ReportData} from "./report-data.js";
import {bytesText, fold, kind, section, table, valueText} from "./words.js";

const numbers = (head: string) => ({head, isNumber: true}) as const;

const factOf = ({facts}: PlanTables, name: string) => facts.find(({fact}) => fact === name);

/** The format of every tensor and the cache. */
export function planSection({plan, whyNoPlan}: ReportData): Markup {
  if (plan === null) return section("The plan", whyNoPlan ?? "There is none.");
  const facts = plan.facts.map(({fact, value, unit, low, high, note, provenance}) => [
    fact,
    valueText(value, unit),
    low === null || high === null ? "" : rangeText(low, high),
    note ?? "",
    kind(provenance),
  ]);
  return section(
    "The plan",
    planSentence(plan),
    formatsTable(plan),
    fold(
      "What it takes and does, number by number",
      table(
        [
          {head: "Fact"},
          numbers("Value"),
          numbers("95 %"),
          {head: "In words", isWords: true},
          {head: "Kind"},
        ],
        facts,
      ),
    ),
    fold(
      `The format of every tensor: ${apart(plan.rows.length)}`,
      table(
        [{head: "Tensor"}, {head: "Format"}, {head: "Stored as"}, numbers("Bytes"), numbers("Damage alone")],
        plan.rows.map(({tensor, format, storedAs, bytes, damage}) => [
          tensor,
          format,
          storedAs,
          bytesText(bytes),
          valueText(damage, "share"),
        ]),
      ),
    ),
  );
}

function planSentence(plan: PlanTables): string {
  const [memory, damage, gap] = ["memory", "damage", "gap"].map((name) => factOf(plan, name)!);
  const measured = factOf(plan, "KL divergence");
  const proof =
    gap.value === 0
      ? "No other choice of these options is better"
      : `The best is at most ${valueText(gap.value, gap.unit)} better`;
  const result =
    measured === undefined
      ? ""
      : ` Measured on other texts: ${valueText(measured.value, "nats")} of KL divergence.`;
  return `${valueText(memory.value, "B")} in all, activations included, with a predicted damage of ${valueText(damage.value, damage.unit)}. ${proof}.${result}`;
}

/** Layers down, kinds of tensors across: the format of each where a cell has one tensor. */
function formatsTable({rows}: PlanTables): Markup {
  const kinds = new Map<string, Map<string, string>>();
  const layers = new Set<string>();
  for (const {tensor, format} of rows) {
    const layer = layerOf(tensor);
    const name = layer === null ? tensor : tensor.replace(/^.*?\.\d{1,4}\./, "");
    const line = layer === null ? "outside" : String(layer);
    layers.add(line);
    const cells = kinds.get(name) ?? new Map<string, string>();
    const before = cells.get(line);
    cells.set(line, before === undefined || before === format ? format : `${before}, …`);
    kinds.set(name, cells);
  }
  if (kinds.size > MOST_KINDS) return markup``;
  const order = [...layers].sort(
    (a, b) => Number(a === "outside") - Number(b === "outside") || Number(a) - Number(b),
  );
  // Tensors outside the layers stand last: their columns are empty in every layer.
  const columns = [...kinds].sort(([, a], [, b]) => Number(a.has("outside")) - Number(b.has("outside")));
  return table(
    [{head: "Layer"}, ...columns.map(([head]) => ({head: head.replace(/\.weight$/, "")}))],
    order.map((line) => [line, ...columns.map(([, cells]) => cells.get(line) ?? "")]),
  );
}

/** Kinds of tensors that a table shows side by side: a mixture with a tensor for each expert has more. */
const MOST_KINDS = 16;

/** Perplexity and divergence of the model in one format throughout, beside the plan. */
export function qualitySection(data: ReportData): Markup {
  const {plan} = data;
  const rows = plan?.uniform.filter(({klMean}) => klMean !== null) ?? [];
  if (plan === null || rows.length === 0) {
    const why = data.whyNotRun ?? (plan && factOf(plan, "not run")?.note) ?? null;
    const words =
      why === null ? "It is measured when there is a plan." : `The model was not run here: ${why}.`;
    return section("Perplexity and KL divergence", words);
  }
  const perplexity = factOf(plan, "perplexity as it is");
  return section(
    "Perplexity and KL divergence by format",
    markup`As it is the model has a perplexity of ${valueText(perplexity?.value ?? null)} ${perplexity?.note ?? ""}. ${kind("measured")}`,
    reportFigure(qualityChart(plan, data)),
    fold(
      "The numbers, format by format",
      table(
        [
          {head: "All tensors in"},
          numbers("Weights"),
          numbers("KL divergence, nats"),
          numbers("95 %"),
          numbers("Perplexity"),
          numbers("95 %"),
        ],
        rows.map((row) => [
          row.format,
          bytesText(row.bytes),
          valueText(row.klMean),
          rangeText(row.klLow, row.klHigh),
          valueText(row.perplexity),
          rangeText(row.perplexityLow, row.perplexityHigh),
        ]),
      ),
    ),
  );
}

const rangeText = (low: number | null, high: number | null): string =>
  low === null || high === null ? "–" : `${valueText(low)} to ${valueText(high)}`;

function qualityChart(plan: PlanTables, {familyOf, inventory: {caches}}: ReportData): ChartSpec {
  const plainCache = caches.find(({cache}) => cache === "fp16")?.bytes ?? 0;
  const measured = plan.uniform.flatMap(({format, bytes, klMean, klLow, klHigh}) =>
    klMean === null || klMean === 0
      ? []
      : [{format, bytes: bytes + plainCache, kl: klMean, low: klLow, high: klHigh}],
  );
  const looks = looksOf(
    measured,
    ({format}) => format,
    ({format}) => familyOf(format),
  );
  const series = measured.map(
    (each): Series => ({
      ...(looks.get(each.format) ?? {family: "baseline"}),
      name: each.format,
      provenance: "measured",
      points: [pointOf(each)],
    }),
  );
  const planned = plannedMark(plan);
  return {
    question: "What does the model lose in one format throughout, and in the plan?",
    finding: planned === null ? "Each mark is the model in one format." : beaten(measured, planned),
    x: {label: "weights and cache", unit: "MB"},
    y: {label: "KL divergence", unit: "nats", log: true},
    better: "bottom left",
    merits: "smaller, smaller change",
    series:
      planned === null
        ? series
        : [
            ...series,
            {name: "the plan", family: "baseline", provenance: "measured", points: [pointOf(planned)]},
          ],
    labelled: new Set([PLAN, ...measured.map(({format}) => format)]),
  };
}

const PLAN = "plan";

/** A model in some formats: its bytes with those of a cache, and its divergence. */
interface MeasuredModel {
  readonly format: string;
  readonly bytes: number;
  readonly kl: number;
  readonly low: number | null;
  readonly high: number | null;
}

function plannedMark(plan: PlanTables): MeasuredModel | null {
  const kl = factOf(plan, "KL divergence");
  if (!kl?.value) return null;
  const bytes = (factOf(plan, "weights")?.value ?? 0) + (factOf(plan, "cache")?.value ?? 0);
  return {format: PLAN, bytes, kl: kl.value, low: kl.low, high: kl.high};
}

const pointOf = ({format, bytes, kl, low, high}: MeasuredModel) => ({
  key: format,
  label: format,
  x: bytes / 1e6,
  y: kl,
  // An axis of logarithms has no zero.
  ...(low !== null && high !== null && {interval: [Math.max(low, kl / 10), high] as const}),
});

function beaten(uniform: readonly MeasuredModel[], {bytes, kl}: MeasuredModel): string {
  const worse = uniform.filter((each) => each.bytes >= bytes && each.kl >= kl);
  if (worse.length === 0)
    return "No single format with its cache in 16 bits is both larger and further from the model than the plan.";
  const names = worse.map(({format}) => format).join(", ");
  return `The plan is smaller and closer to the model than ${names} throughout with the cache in 16 bits.`;
}
