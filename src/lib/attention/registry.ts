import {registry} from "../technique/registry.js";
import {h2o} from "./h2o/h2o.js";
import {h2oReleased} from "./h2o/h2o-released.js";
import {lambda} from "./lambda-mask.js";
import {oracle} from "./oracle.js";
import type {Policy} from "./policy.js";
import {quest} from "./quest/quest-policy.js";
import {questReleased} from "./quest/quest-released.js";
import {random} from "./random.js";
import {snapKv} from "./snapkv/snapkv.js";
import {snapKvReleased} from "./snapkv/snapkv-released.js";
import {streamingLlm} from "./streaming-llm.js";
import {tokenButler} from "./token-butler/token-butler-policy.js";
import {tova} from "./tova.js";

/** All policies, in the order in which pages show them. */
export const policies = registry<Policy>("policies", [
  oracle,
  tokenButler,
  quest,
  questReleased,
  h2o,
  h2oReleased,
  snapKv,
  snapKvReleased,
  tova,
  streamingLlm,
  lambda,
  random,
]);
