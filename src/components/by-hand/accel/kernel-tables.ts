import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {wrongKernels} from "../../../lib/experiments/accel/wrong-kernels.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";

type Tables = (typeof wrongKernels)["tables"];
/** A kernel with its mutants. */
export type KernelRow = Row<Tables["kernels"]>;
/** A mutant that some series of tests does not find. */
export type HardRow = Row<Tables["hardest"]>;

const percent = (share: number): string => `${numberText(100 * share, 3)} %`;

const table = (label: string, head: readonly string[], body: readonly (readonly unknown[])[]): HTMLElement =>
  html`<div class="table-scroll" tabindex="0" role="group" aria-label=${label}><table class="numbers">
    <thead><tr>${head.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>
    <tbody>${body.map(([name, ...cells]) => html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
  </table></div>`;

/** Mutants of all kernels that do the same as they do, and how that is known. */
export function kernelsFinding(rows: readonly KernelRow[]): string {
  const sum = (of: (row: KernelRow) => number) => rows.reduce((all, row) => all + of(row), 0);
  const [mutants, same, proved] = [
    sum((row) => row.mutants),
    sum((row) => row.same),
    sum((row) => row.proved),
  ];
  return `Of ${mutants + same} kernels with one change, ${same} do the same as before and are left out: for ${proved} of these every input was tried, for the others many random ones.`;
}

/** Mutants of each kernel. */
const kernelsTable = (rows: readonly KernelRow[]): HTMLElement =>
  captioned(
    "Which changes are mistakes?",
    kernelsFinding(rows),
    table(
      "Mutants of each kernel",
      ["Kernel", "wrong", "the same", "found"],
      rows.map(({name, mutants, same, found}) => [name, mutants, same, percent(found)]),
    ),
  );

/** Mutants that tests miss: how many are found by no series. */
export function hardestFinding(rows: readonly HardRow[]): string {
  if (rows.length === 0) return "Every series of tests finds every wrong kernel.";
  const never = rows.filter(({found}) => found === 0).length;
  return never === 0
    ? `Each of these ${rows.length} wrong kernels passes some series of tests.`
    : `${never} of these ${rows.length} wrong kernels pass every series of tests.`;
}

const hardestTable = (rows: readonly HardRow[]): HTMLElement =>
  captioned(
    "Which wrong kernels stay?",
    hardestFinding(rows),
    table(
      "Wrong kernels that are hardest to find",
      ["Kernel", "bug", "changed line", "found"],
      rows.map(({name, label, change, found}) => [name, label, html`<code>${change}</code>`, percent(found)]),
    ),
  );

/** What stays, and what was no mistake. */
export const kernelTables = ({
  kernels,
  hardest,
}: {
  readonly kernels: readonly KernelRow[];
  readonly hardest: readonly HardRow[];
}): HTMLElement =>
  html`<div class="figures kernel-tables">${hardestTable(hardest)}${kernelsTable(kernels)}</div>`;
