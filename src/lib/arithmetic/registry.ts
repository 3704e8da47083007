import {registry} from "../technique/registry.js";
import {bitPlaneArithmetic} from "./bit-planes/technique.js";
import {kHotArithmetic} from "./fixed-point/technique.js";
import {lmulArithmetic} from "./lmul/technique.js";
import {shiftArithmetic} from "./shift/technique.js";
import {shiftedFloatArithmetic, shiftedFp4Arithmetic} from "./shift-add/float-technique.js";
import {shiftAddArithmetic} from "./shift-add/technique.js";
import {lookupTables, mirroredTables} from "./tables/technique.js";

/** Products without a multiplier, in the order in which pages show them. */
export const arithmetics = registry("arithmetics", [
  lmulArithmetic,
  shiftArithmetic,
  kHotArithmetic,
  shiftAddArithmetic,
  shiftedFp4Arithmetic,
  shiftedFloatArithmetic,
  bitPlaneArithmetic,
  lookupTables,
  mirroredTables,
]);
