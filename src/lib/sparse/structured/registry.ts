import {registry} from "../../technique/registry.js";
import {flap} from "./flap.js";
import {magnitudeUnits, wandaUnits} from "./whole-columns.js";

/** Ways to choose which heads and channels go as a whole. */
export const structuredMethods = registry("structuredMethods", [magnitudeUnits, wandaUnits, flap]);

/** The settings of all methods that tables show, each with its method. */
export const structuredPresets = structuredMethods.all.flatMap((method) =>
  method.presets.map((preset) => ({...preset, method})),
);
