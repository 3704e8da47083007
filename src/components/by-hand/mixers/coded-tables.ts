import type {Row} from "../../../lib/experiment/columns.js";
import type {ecoformerExperiment} from "../../../lib/experiments/mixers/ecoformer.js";
import {checkParams} from "../../../lib/technique/check-params.js";
import {readShippedTable, shippedTable} from "../../kit/rows/shipped-table.js";
import {groupedDigits, numberText} from "../../kit/text/number-text.js";
import {numberGrid} from "./number-grid.js";
import {numberTable} from "./number-table.js";

/** Agreement of codes with attention. */
export type AgreementRow = Row<(typeof ecoformerExperiment)["tables"]["agreement"]>;
/** Energy of a head for a token. */
export type EnergyRow = Row<(typeof ecoformerExperiment)["tables"]["energy"]>;

const rowsOf = <R>(bytes: ArrayBuffer): readonly (R & {readonly setting: number})[] =>
  readShippedTable(bytes) as unknown as readonly (R & {readonly setting: number})[];

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** Agreement of learned and random codes with the labels of other texts; the main table knows the settings. */
export const agreementTable = (bytes: ArrayBuffer, main: ArrayBuffer): HTMLElement => {
  const {definition} = shippedTable(main);
  const rates = definition.sweep.map(
    (setting) => checkParams(definition.id, definition.params, setting).learningRate,
  );
  return agreementTableOf(rowsOf<AgreementRow>(bytes), rates.map(Number));
};

/** The same of rows at hand; a setting is a step size of learning. */
export function agreementTableOf(
  rows: readonly (AgreementRow & {readonly setting: number})[],
  learningRates: readonly number[],
): HTMLElement {
  const name = ({hash, setting}: (typeof rows)[number]) =>
    hash === "random" ? "random" : `learned, steps of ${learningRates[setting]}`;
  const {columns, body} = numberGrid(rows, {
    line: name,
    column: ({vectors}) => vectors,
    cell: ({agreement, agreementLow, agreementHigh}) =>
      `${numberText(agreement, 3)} (${numberText(agreementLow, 3)} to ${numberText(agreementHigh, 3)})`,
  });
  return numberTable({
    question: "Do codes learn what attention finds alike?",
    finding: agreementFinding(rows),
    label: "Agreement of codes",
    head: ["hash functions", ...columns],
    body,
  });
}

function agreementFinding(rows: readonly AgreementRow[]): string {
  const best = (vectors: string, hash: string) =>
    rows
      .filter((row) => row.vectors === vectors && row.hash === hash)
      .reduce((most, {agreement}) => Math.max(most, agreement), -1);
  const text = (vectors: string) =>
    `${vectors}: ${numberText(best(vectors, "random"), 2)} with random hash functions, ${numberText(best(vectors, "learned"), 2)} at best after learning`;
  return `${distinct(rows.map(({vectors}) => vectors))
    .map(text)
    .join(
      "; ",
    )}. 1 would be agreement with every label, of texts that no hash function learned from; in brackets the worst and the best of three seeds.`;
}

/** Energy of a head for a token, by the length of a text. */
export const energyTable = (bytes: ArrayBuffer): HTMLElement =>
  energyTableOf(rowsOf<EnergyRow>(bytes).filter(({setting}) => setting === 0));

/** The same of rows at hand. */
export function energyTableOf(rows: readonly EnergyRow[]): HTMLElement {
  const {columns, body} = numberGrid(rows, {
    line: ({mixer, width}) => `${mixer}, ${width} channels`,
    column: ({tokens}) => `${groupedDigits(String(tokens))} tokens`,
    cell: ({energy}) => numberText(energy / 1000, 3),
  });
  return numberTable({
    question: "What does a token cost?",
    finding: energyFinding(rows),
    label: "Energy in nanojoules",
    head: ["nJ a head and token", ...columns],
    body,
  });
}

function energyFinding(rows: readonly EnergyRow[]): string {
  const from = (width: number) => {
    const own = rows.filter((row) => row.width === width);
    const softmax = (tokens: number) => own.find((row) => row.mixer === "softmax" && row.tokens === tokens);
    return own.find(
      ({mixer, tokens, energy}) =>
        mixer === "codes, with their making" && energy < (softmax(tokens)?.energy ?? Number.NaN),
    )?.tokens;
  };
  const texts = distinct(rows.map(({width}) => width)).map(
    (width) => `${from(width)} tokens with ${width} channels`,
  );
  return `With all that makes them, codes cost less from ${texts.join(", from ")} on, of the lengths tried. Once they are there nearly all is additions. Modelled: multiplications and additions in float32, no traffic, no exponentials.`;
}
