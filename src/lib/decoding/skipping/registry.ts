import {registry} from "../../technique/registry.js";
import {unifiedSkip} from "./even-layers.js";
import {firstLayers} from "./first-layers.js";
import {skipDecode} from "./skip-decode.js";

/** Rules that leave layers out, in the order in which pages show them. */
export const layerSchedules = registry("layerScheduleById", [unifiedSkip, skipDecode, firstLayers]);
