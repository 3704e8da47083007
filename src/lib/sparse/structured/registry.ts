import {registry} from "../../technique/registry.js";
import {flap} from "./flap.js";
import {magnitudeUnits, wandaUnits} from "./whole-columns.js";

/** Ways to choose which heads and channels go as a whole. */
export const structuredMethods = registry("structuredMethods", [magnitudeUnits, wandaUnits, flap]);

/** The id of a structured method. */
export type StructuredMethodId = (typeof structuredMethods.ids)[number];
