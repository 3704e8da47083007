/** Sections about a model as its headers tell it: what it is, which machine it fits, what its cache takes. */
import {type Markup, markup} from "../kit/text/markup.js";
import {apart} from "../kit/text/number-text.js";
import type {InventoryTables, ReportData} from "./report-data.js";
import {bytesText, fold, kind, roundText, section, table, valueText} from "./words.js";

const numbers = (head: string) => ({head, isNumber: true}) as const;

/** What a checkpoint holds. */
export function inventorySection({inventory: {rows, stored, unused}}: ReportData): Markup {
  const facts = rows.map(({fact, value, unit, note, provenance}) => [
    fact,
    value === null ? "" : valueText(value, unit),
    note ?? "",
    value === null ? "" : kind(provenance),
  ]);
  const types = stored.map(({dtype, tensors, elements, bytes}) => [
    dtype,
    apart(tensors),
    apart(elements),
    bytesText(bytes),
  ]);
  return section(
    "What it is",
    inSentence(rows),
    fold(
      "Facts of the model, and how it is stored",
      table([{head: "Fact"}, numbers("Value"), {head: "In words", isWords: true}, {head: "Kind"}], facts),
      types.length === 0
        ? null
        : table([{head: "Stored as"}, numbers("Tensors"), numbers("Numbers"), numbers("Bytes")], types),
    ),
    unused.length === 0
      ? null
      : markup`<details><summary>Not used: ${unused.length}</summary><ul>${unused
          .slice(0, MOST_LINES)
          .map(({what, reason}) => markup`<li>${what}: ${reason}</li>`)}</ul></details>`,
  );
}

/** Lines of a list that a reader still takes in. */
const MOST_LINES = 40;

function inSentence(rows: InventoryTables["rows"]): string {
  const of = (fact: string) => rows.find((row) => row.fact === fact);
  const [parameters, stored, family] = [of("parameters"), of("stored"), of("family")];
  const size = stored === undefined ? "" : ` in ${valueText(stored.value, "B")}`;
  return `${valueText(parameters?.value ?? null)} parameters${size}; family: ${family?.note ?? "not known"}.`;
}

/** Which machine holds it at which context. */
export function machineSection({inventory: {machines}}: ReportData): Markup {
  if (machines.length === 0)
    return section(
      "What fits which machine",
      "That is not known: it takes a config.json of a model of text.",
    );
  const [{weights: first}] = machines;
  const formats = [...new Set(machines.map(({weights}) => weights))];
  const names = [...new Set(machines.map(({machine}) => machine))];
  const cell = (machine: string, weights: string) =>
    machines.find((row) => row.machine === machine && row.weights === weights)!;
  const fitting = machines.filter(({weights, fits}) => weights === first && fits).length;
  const rows = names.map((machine) => {
    const {title, memoryGB} = cell(machine, first);
    return [
      title,
      valueText(memoryGB),
      ...formats.flatMap((weights) => {
        const {fits, maxContext, tokensPerSecond} = cell(machine, weights);
        if (!fits) return ["too large", "–"];
        return [maxContext === null ? "any" : roundText(maxContext), roundText(tokensPerSecond)];
      }),
    ];
  });
  return section(
    "What fits which machine",
    markup`In ${first} it fits ${fitting} of ${names.length} machines; the longest context of one text, and the tokens a second while writing at best. ${kind("modelled")}`,
    table(
      [
        {head: "Machine"},
        numbers("Memory, GB"),
        ...formats.flatMap((weights) => [
          numbers(`${weights}: longest context`),
          numbers(`${weights}: tokens/s`),
        ]),
      ],
      rows,
    ),
    markup`<p class="help">Weights in the format, cache and activations in fp16, one text; memory and times by a roofline with the data sheets' rates, so that times are lower bounds.</p>`,
  );
}

/** Bytes of every form of the cache. */
export function cacheSection({inventory: {caches, rows}}: ReportData): Markup {
  const plain = caches.find(({cache}) => cache === "fp16");
  if (plain === undefined)
    return section("The cache", "No layer keeps keys and values of every token, or it is not known.");
  const smallest = caches.reduce((a, b) => (b.bytes < a.bytes ? b : a));
  const context = rows.find(({fact}) => fact === "context")?.value ?? 0;
  const sorted = [...caches].sort((a, b) => b.bytes - a.bytes);
  const families = [...new Set(sorted.map(({family}) => family))];
  const smallestOf = (family: string) => sorted.findLast((row) => row.family === family)!;
  const size = (bytes: number) => [bytesText(bytes), valueText(bytes / plain.bytes)];
  return section(
    "The cache, by formula",
    markup`One text of ${apart(context)} tokens takes ${bytesText(plain.bytes)} in 16 bits and ${bytesText(smallest.bytes)} in the smallest form here, ${smallest.label}. ${kind("modelled")}`,
    fold(
      "The smallest form of each kind",
      table(
        [
          {head: "What it saves at"},
          {head: "The smallest of the kind"},
          numbers("Bytes of one text"),
          numbers("Share of fp16"),
        ],
        families.map((family) => [family, smallestOf(family).label, ...size(smallestOf(family).bytes)]),
      ),
    ),
    fold(
      `All ${caches.length} forms, with their formulas`,
      table(
        [
          {head: "Cache"},
          numbers("Bytes of one text"),
          numbers("Share of fp16"),
          {head: "Bytes of one token", isWords: true},
          {head: "Source", isWords: true},
        ],
        sorted.map(({label, bytes, formula, source}) => [label, ...size(bytes), formula, source]),
      ),
    ),
  );
}
