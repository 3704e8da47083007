import {registry} from "../technique/registry.js";
import {nitro} from "./nitro/technique.js";

/** Ways to decode with fixed shapes, in the order in which pages show them. */
export const staticDecodings = registry("static decodings", [nitro]);
