/**
 * Words of rows that figures look for. They are held to the experiments that write them by their types alone, so that
 * a page loads none of the code behind.
 */

import type {DATAFLOWS as Dataflows} from "../../lib/experiments/accel/systolic.js";
import type {FULL as Full} from "../../lib/experiments/attention/prompt.js";
import type {ALL_TENSORS as AllTensors} from "../../lib/experiments/formats/bits-error.js";
import type {ORDERS as Orders} from "../../lib/experiments/kv/spectra.js";
import type {ALL_SEEDS as AllSeeds} from "../../lib/experiments/models/formats-on-model.js";
import type {KV_SITES as KvSites} from "../../lib/experiments/models/inside.js";
import type {ALL as All} from "../../lib/experiments/models/layer-sensitivity.js";
import type {FLOAT16 as Float16} from "../../lib/experiments/ssm/quantized-quality.js";

export const DATAFLOWS: typeof Dataflows = ["os", "ws", "is"];
export const FULL: typeof Full = "full";
export const ALL_TENSORS: typeof AllTensors = "all";
export const ALL_SEEDS: typeof AllSeeds = "all";
export const ALL: typeof All = "all";
export const FLOAT16: typeof Float16 = "float16";
export const KV_SITES: typeof KvSites = ["k", "k.rotated", "v"];
export const ORDERS: typeof Orders = ["text", "shuffled"];
