/** Claims of LUT Tensor Core, judged by a model of its units. */

import type {Row} from "../../../experiment/columns.js";
import {smallest} from "../../../stats/extent.js";
import type {tableTiles} from "../../accel/table-tiles.js";
import type {Claim, Evidence, Rule} from "../claim.js";
import {modelled, reported, valuesOf} from "../evidence.js";

/** Rows of units for tiles. */
export type TileRows = readonly Row<(typeof tableTiles)["columns"]>[];

const LUT = "arXiv:2408.06003";

/** A quantity of a unit that dequantizes over that of half tables, by the bits of a weight. */
const ratios =
  (column: "area" | "energy", name: string) =>
  ({tiles}: {readonly tiles: TileRows}): Evidence[] => {
    const of = (way: string, bits: number) =>
      tiles.find((row) => row.kind === "bits" && row.way === way && row.bits === bits)?.[column] ??
      Number.NaN;
    return [1, 2, 4].map((bits) =>
      modelled(
        `weights of ${bits} ${bits === 1 ? "bit" : "bits"}, inputs of 16`,
        name,
        of("dequantize", bits) / of("half table", bits),
        "x",
      ),
    );
  };

/** An order of magnitude: `agrees` if all widths give it, `same direction` if all give some of it, else `differs`. */
const byAll: Rule = ([printed], ours) => {
  const least = smallest(valuesOf(ours));
  if (least >= (printed.value ?? Number.NaN)) return "agrees";
  return least > 1 ? "same direction" : "differs";
};

const MODEL =
  "Ours is a model of units with as many products of a tile, each in its own best shape, by published areas and energies of operations; wires and control are not in it.";

/** Claims of LUT Tensor Core. */
export const lutTensorCoreClaims: readonly Claim<{readonly tiles: TileRows}>[] = [
  {
    id: "lut-tensor-core-density",
    paper: LUT,
    place: "abstract",
    statement: "A unit of tables computes more than ten times as much in its area as one that dequantizes.",
    kind: "modelled",
    reported: [reported("BitNet and LLaMA", "times the density of computing", 10, "x")],
    ours: ratios("area", "times the density of computing"),
    judge: byAll,
    why: `${MODEL} The gain shrinks with every bit of a weight, since tables take bits one after another. Multipliers of 8 bits, which the paper does not dequantize for, would be far nearer.`,
  },
  {
    id: "lut-tensor-core-energy",
    paper: LUT,
    place: "abstract",
    statement: "A unit of tables takes less than a tenth of the energy of one that dequantizes.",
    kind: "modelled",
    reported: [reported("BitNet and LLaMA", "times the efficiency", 10, "x")],
    ours: ratios("energy", "times the efficiency"),
    judge: byAll,
    why: `${MODEL} Operands from the buffer and additions of 24 bits are left of the energy when multipliers are gone.`,
  },
];
