import {emptyPart, type SoftmaxPart} from "../../tensor/softmax-part.js";
import {type AttentionRow, keysOf} from "../attention-row.js";
import {type Tally, tally} from "../counts.js";
import type {OrderRun, OrderSetting} from "../order.js";
import {finish, merge, runningPart} from "../partial.js";
import type {Deal, DecodeWork, Piece} from "./deal.js";

/** The work of rows, a tile at a time. */
export const workOfRows = (rows: readonly AttentionRow[], {tile, workers}: OrderSetting): DecodeWork => ({
  tiles: rows.map(({scores}) => Math.ceil(scores.length / tile)),
  workers,
});

/** Attention of rows by a deal: each worker reduces its pieces, and what belongs to one row is merged. */
export function runDeal(rows: readonly AttentionRow[], deal: Deal, setting: OrderSetting): OrderRun {
  const counts = tally();
  const parts: {first: number; part: SoftmaxPart}[][] = rows.map(() => []);
  for (const piece of deal.flat()) {
    parts[piece.output].push({first: piece.first, part: pieceOf(rows, piece, setting, counts)});
  }
  const outputs = rows.map(({width}, output) => {
    const own = parts[output].toSorted((a, b) => a.first - b.first);
    counts.partials += Math.max(0, own.length - 1);
    const whole = own.reduce(
      (before, {part}) => merge(before, part, setting.round, counts),
      emptyPart(width),
    );
    return finish(whole, setting.round, counts);
  });
  return {outputs, counts};
}

function pieceOf(
  rows: readonly AttentionRow[],
  {output, first, tiles}: Piece,
  setting: OrderSetting,
  counts: Tally,
): SoftmaxPart {
  const {tile} = setting;
  const keys = Math.min(tiles * tile, rows[output].scores.length - first * tile);
  return runningPart(keysOf(rows[output], first * tile, keys), setting, counts);
}
