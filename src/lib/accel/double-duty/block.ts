import {requireInteger} from "../../tensor/require.js";

/** Kinds of logic module: one job at a time, adders beside small tables, adders beside small or large tables. */
export const MODULE_KINDS = ["baseline", "dd5", "dd6"] as const;
export type ModuleKind = (typeof MODULE_KINDS)[number];

/** Logic block: ten modules behind shared inputs. */
export interface LogicBlock {
  readonly kind: ModuleKind;
  /** Nets that the block can take in, those of its own modules among them: these come back through the same pins. */
  readonly inputs: number;
  /** Share of adder bits, 0 to 1, that direct wires can reach. */
  readonly directShare: number;
}

/** Modules of a block (Stratix-10-like). */
export const MODULES_IN_BLOCK = 10;
/** Pins of a module that feed its tables; direct ones come on top. */
export const TABLE_PINS = 8;
/** Numbers of inputs that are tried; with the first any module fits into a block, with the last nothing is refused. */
export const INPUT_STEPS = [40, 60, 80, 120] as const;
/** Inputs of a block of Stratix 10. */
export const USUAL_INPUTS = 60;

/** Area of a block in minimum-width transistors, from the authors' architecture files. */
export const BLOCK_AREA = {baseline: 21_673.2, doubleDuty: 22_480.4} as const;
/** Growth of the block for direct wires and multiplexers: 0.0372. */
export const TILE_GROWTH = BLOCK_AREA.doubleDuty / BLOCK_AREA.baseline - 1;

/** @throws RangeError for a block of fewer than 40 inputs or a share outside 0 to 1. */
export function requireBlock({inputs, directShare}: LogicBlock): void {
  requireInteger("pack", "inputs", inputs, INPUT_STEPS[0]);
  if (!(directShare >= 0 && directShare <= 1)) {
    throw new RangeError(`pack: directShare must be from 0 to 1, got ${directShare}`);
  }
}
