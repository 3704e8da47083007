import {registry} from "../../technique/registry.js";
import {draco} from "./draco.js";
import {meshopt} from "./meshopt.js";
import {plain} from "./plain.js";

/** All codecs that keep the shape of a mesh. */
export const meshCodecs = registry("meshCodecs", [draco, meshopt, plain]);
