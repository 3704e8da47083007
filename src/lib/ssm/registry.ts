import type {MambaConfig} from "../engine/mamba/mamba-config.js";
import {registry} from "../technique/registry.js";
import {dynamicInt8} from "./dynamic.js";
import {clip} from "./quamba/clip.js";
import {hadamardOutput} from "./quamba/hadamard.js";
import {quamba} from "./quamba/quamba.js";
import {cluster} from "./quamba2/cluster.js";
import {quamba2} from "./quamba2/quamba2.js";
import {stateGroups} from "./quamba2/state-groups.js";
import {smoothquantScan} from "./smoothquant.js";
import {staticInt8} from "./static.js";

/** Ways to quantize a state-space model: baselines, single repairs, and the papers that put repairs together. */
export const scanQuantizers = registry("scan quantizers", [
  staticInt8,
  dynamicInt8,
  smoothquantScan,
  clip,
  hadamardOutput,
  cluster,
  stateGroups,
  quamba,
  quamba2,
]);

/** The id of a scan quantizer. */
export type ScanQuantizerId = (typeof scanQuantizers.ids)[number];

/** Finds the scan quantizers that a model of this architecture can take, in the order of the registry. */
export const scanQuantizersFor = (config: Pick<MambaConfig, "architecture">) =>
  scanQuantizers.all.filter(({refuses}) => refuses(config) === null);

type Entry = (typeof scanQuantizers.all)[number];
type Merged<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void ? I : never;

/** Parameters of all scan quantizers together: for an experiment that compares them. */
export const scanParams = Object.assign({}, ...scanQuantizers.all.map(({params}) => params)) as Merged<
  Entry["params"]
>;

/** Picks from parameters of all scan quantizers those that one of them has. */
export function ownParams(
  id: ScanQuantizerId,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const {params} = scanQuantizers.byId(id);
  return Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(params, name)));
}
