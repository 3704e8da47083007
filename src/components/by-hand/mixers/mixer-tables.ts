import type {Row} from "../../../lib/experiment/columns.js";
import type {flashRnnExperiment} from "../../../lib/experiments/mixers/flash-rnn.js";
import type {matMulFreeExperiment} from "../../../lib/experiments/mixers/matmul-free.js";
import {readShippedTable} from "../../kit/rows/shipped-table.js";
import {apart, numberText} from "../../kit/text/number-text.js";
import {type MatMulFreeRow, modelName} from "../../plots/mixers/matmul-free.js";
import {ALL_SEEDS} from "../../plots/row-names.js";
import {type NumberTable, numberTable} from "./number-table.js";

/** Memory of a model by the length of the text. */
export type MemoryRow = Row<(typeof matMulFreeExperiment)["tables"]["memory"]>;
/** Tiles of a fused kernel. */
export type TileRow = Row<(typeof flashRnnExperiment)["tables"]["tiles"]>;

/** Lengths of text that the table of costs names. */
const LENGTHS = [128, 1024] as const;

/** What a token costs in each model. */
export const costTable = (main: ArrayBuffer, memory: ArrayBuffer): HTMLElement =>
  numberTable(
    costsOf(
      readShippedTable(main) as unknown as readonly MatMulFreeRow[],
      readShippedTable(memory) as unknown as readonly MemoryRow[],
    ),
  );

/** The same of rows at hand. */
export function costsOf(all: readonly MatMulFreeRow[], memory: readonly MemoryRow[]): NumberTable {
  const rows = all.filter(({seed}) => seed === ALL_SEEDS);
  const kept = (model: string, tokens: number) =>
    memory.find((row) => row.model === model && row.tokens === tokens)?.memoryBytes ?? Number.NaN;
  const body = rows.map((row) => [
    modelName(row.model),
    apart(row.weightBytes),
    ...LENGTHS.map((tokens) => apart(kept(row.model, tokens))),
    apart(row.multiplications),
    apart(row.additions),
    apart(Math.round(row.energy)),
  ]);
  const kepts = LENGTHS.map((tokens) => `kept of ${tokens} tokens`);
  return {
    question: "What does a token cost?",
    finding: costFinding(rows),
    label: "Costs of a token by model",
    head: ["model", "weights, bytes", ...kepts, "multiplications", "additions", "pJ"],
    body,
  };
}

function costFinding(rows: readonly MatMulFreeRow[]): string {
  const [ternary, transformer] = ["matmul-free-small", "decoder-iso-flop"].map((id) =>
    rows.find(({model}) => model === id),
  );
  if (!ternary || !transformer) return "";
  const share = (100 * ternary.multiplications) / transformer.multiplications;
  return `The ternary model multiplies ${numberText(share, 2)} % as often as the transformer, by factors and gates alone, and its arithmetic would take ${numberText(transformer.energy / ternary.energy, 2)} times less energy by a table for 45 nm. Memory traffic is not in it.`;
}

/** Tiles of the fused kernel by the width of a head. */
export const tilesTable = (bytes: ArrayBuffer): HTMLElement =>
  numberTable(tilesOf(readShippedTable(bytes) as unknown as readonly TileRow[]));

/** The same of rows at hand. */
export function tilesOf(rows: readonly TileRow[]): NumberTable {
  const cell = (value: number | null) => (value === null ? "" : apart(value));
  const body = rows.map((row) => [
    `${row.heads} × ${row.headDim}`,
    cell(row.blocksHeads),
    cell(row.blocksGate),
    cell(row.warps),
    row.registerShare === null ? "" : `${numberText(100 * row.registerShare, 3)} %`,
    cell(row.sharedBytes),
    row.blockedBy === "nothing" ? "" : row.blockedBy,
  ]);
  const without = rows.filter(({warps}) => warps === null);
  return {
    question: "Which tiles does the solver find?",
    finding:
      without.length === 0
        ? "Every width here has tiles."
        : `Heads of ${without.map(({headDim}) => headDim).join(" and ")} channels have none: each limit named in the last column, left out alone, would let some in.`,
    label: "Tiles of one kernel for an LSTM on an H100",
    head: [
      "heads × channels",
      "blocks for heads",
      "blocks for gates",
      "warps",
      "R in registers",
      "shared bytes",
      "in the way",
    ],
    body,
  };
}
