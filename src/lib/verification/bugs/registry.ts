import {registry} from "../../technique/registry.js";
import {missingReset, offByOne, wrongUnroll} from "./loops.js";
import {narrow, uninitialized, wrongOperator} from "./values.js";

/** Ways in which a kernel can be almost right, in the order in which pages show them. */
export const bugClasses = registry("bug classes", [
  offByOne,
  wrongOperator,
  wrongUnroll,
  missingReset,
  uninitialized,
  narrow,
]);
