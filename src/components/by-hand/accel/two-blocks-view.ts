import {html} from "htl";
import {captioned} from "../../kit/text/captioned.js";
import {
  type HalfModule,
  halvesOf,
  type PackedBlock,
  type TwoBlocks,
  type TwoBlocksState,
  twoBlocks,
} from "./two-blocks.js";

const NAMES = {baseline: "Ordinary block", dd5: "Double Duty", dd6: "Double Duty, DD6"} as const;

const many = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`;

function found({rows, compressedRows, adderBits, tables, right, blocks}: TwoBlocks): string {
  const [ordinary, double] = blocks;
  const circuit = `${many(rows, "row", "rows")}, ${compressedRows} of them compressed in tables: ${many(adderBits, "adder bit", "adder bits")} and ${many(tables, "table", "tables")}`;
  const exact = `the circuit gives the whole sum for ${right} of 32 random inputs`;
  return `${circuit}. They take ${many(ordinary.modules, "ordinary module", "ordinary modules")} and ${many(double.modules, "module", "modules")} of Double Duty; ${exact}.`;
}

/** The circuit of a state in a sentence, or what is wrong with its constants. */
export function twoBlocksFinding(state: TwoBlocksState): string {
  try {
    return found(twoBlocks(state));
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

function halfBox({table, adder, isDirect}: HalfModule): HTMLElement {
  const tableClass = table === "" ? "table" : table === "wire" ? "table through" : "table used";
  return html`<span class="half">
    <span class=${tableClass}>${table || "–"}</span>
    <span class=${adder === "" ? "adder" : "adder used"}>${isDirect ? html`<b title="fed by direct wires">Z</b> ` : null}${adder || "–"}</span>
  </span>`;
}

function blockList({netlist}: TwoBlocks, {kind, packing, modules}: PackedBlock): HTMLElement {
  const blocks = halvesOf(netlist, packing);
  return html`<section class="logic-block"><p class="step-name">${NAMES[kind]}: ${many(modules, "module", "modules")}</p>
    ${blocks.map(
      (halves) =>
        html`<ol>${halves.map((module) => html`<li class="module">${module.map(halfBox)}</li>`)}</ol>`,
    )}</section>`;
}

/** Modules of both blocks as boxes: a table and an adder in each half. */
export function twoBlocksView(state: TwoBlocksState): HTMLElement {
  try {
    const circuit = twoBlocks(state);
    const drawn = html`<div class="logic-blocks">${circuit.blocks.map((block) => blockList(circuit, block))}</div>
      <p class="block-facts"><span>Each box is a module: two halves, each a table over an adder.</span>
      <span><i class="through"></i> table that only lets operands through</span>
      <span><i class="used"></i> at work</span> <span><b>Z</b> adder fed past its table</span></p>`;
    return captioned("Where do tables and adders stand?", found(circuit), html`<div>${drawn}</div>`);
  } catch (error) {
    if (error instanceof RangeError) return html`<p class="problem" role="alert">${error.message}</p>`;
    throw error;
  }
}
