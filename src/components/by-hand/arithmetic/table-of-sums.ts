import {html} from "htl";
import {entryOf, signTables, tableDot, tableIndices} from "../../../lib/arithmetic/tables/sign-tables.js";
import {captioned} from "../../kit/text/captioned.js";

/** Inputs of the drawing. */
const INPUTS = [3, -1, 2, 5];
const BITS = 2;

/** Odd integers of two bits, index = code. */
const WEIGHTS = [-3, -1, 1, 3] as const;

const weight = (name: string, usual: (typeof WEIGHTS)[number]) =>
  ({kind: "choice", label: name, options: WEIGHTS, default: usual}) as const;

/** The controls of the drawing. */
export const tableParams = {
  w0: weight("First weight", 3),
  w1: weight("Second weight", -1),
  w2: weight("Third weight", 1),
  w3: weight("Fourth weight", -3),
} as const;

/** Four weights. */
export type TableSetting = Readonly<Record<keyof typeof tableParams, number>>;

const weightsOf = ({w0, w1, w2, w3}: TableSetting) => [w0, w1, w2, w3];

/** Indices of the planes of the weights, lowest bit first, and what they choose. */
export function chosenSums(setting: TableSetting) {
  const codes = weightsOf(setting).map((value) => WEIGHTS.indexOf(value as (typeof WEIGHTS)[number]));
  const tables = signTables(INPUTS, INPUTS.length, false);
  const indices = tableIndices(codes, INPUTS.length, BITS, INPUTS.length);
  return {
    indices,
    sums: Array.from(indices, (index) => entryOf(tables, 0, index)),
    total: tableDot(tables, indices, BITS),
    additions: tables.additions,
    table: tables.sums,
  };
}

/** The state in words. */
export function tableSays(setting: TableSetting): string {
  const {sums, total, additions} = chosenSums(setting);
  return `The low bits choose ${sums[0]}, the high bits ${sums[1]}: ${sums[0]} + 2 · ${sums[1]} = ${total}, the sum of all four products. It took two lookups, a shift and an addition; the table took ${additions} additions and serves every row of weights.`;
}

const signsText = (index: number) => INPUTS.map((_, j) => ((index >> j) & 1 ? "+" : "−")).join(" ");

/** All sums of four inputs, with those that the weights' bits choose. */
export function tableDrawing(setting: TableSetting): HTMLElement {
  const {indices, table} = chosenSums(setting);
  const place = (index: number) =>
    indices[0] === index && indices[1] === index
      ? "both"
      : indices[0] === index
        ? "low bits"
        : indices[1] === index
          ? "high bits"
          : "";
  const cell = (sum: number, index: number) =>
    html`<div class=${place(index) === "" ? "" : "chosen"}><small>${signsText(index)}</small><strong>${sum}</strong><small>${place(index)}</small></div>`;
  return captioned(
    `Tables: every sum of ${INPUTS.join(", ")} under other signs`,
    tableSays(setting),
    html`<div class="sum-table">${Array.from(table, cell)}</div>`,
  );
}
