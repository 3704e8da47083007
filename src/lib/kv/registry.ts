import {registry} from "../technique/registry.js";
import {cskv} from "./cskv/cskv-technique.js";
import {inFormat} from "./in-format.js";
import {kivi} from "./kivi/kivi-technique.js";
import {ksortBfp} from "./ksort-bfp/ksort-bfp-technique.js";
import {miniCache} from "./minicache/minicache-technique.js";
import {mlaExplicit} from "./mla/mla-technique.js";
import {sparseKv} from "./sparse-kv/sparse-kv-technique.js";
import {turboQuant} from "./turboquant/turboquant-technique.js";
import {xkv} from "./xkv/xkv-technique.js";

/** Techniques that store keys and values in less room, in the order in which pages show them. */
export const KV_CACHES = registry("cacheById", [
  mlaExplicit,
  inFormat,
  ksortBfp,
  kivi,
  turboQuant,
  sparseKv,
  xkv,
  miniCache,
  cskv,
]);
