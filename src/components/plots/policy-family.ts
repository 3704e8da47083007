import type {PolicyId} from "../../lib/attention/policies.js";
import type {Family} from "./palette.js";

const FAMILIES: Readonly<Record<PolicyId, Family>> = {
  oracle: "baseline",
  "token-butler": "token-butler",
  quest: "quest",
  "quest-released": "quest-released",
  h2o: "h2o",
  "h2o-released": "h2o",
  snapkv: "snapkv",
  "snapkv-released": "snapkv",
  "streaming-llm": "window",
  lambda: "window",
  random: "baseline",
};

/** What gives a selection policy its colour; whatever is no policy, such as the full model, is the baseline. */
export function policyFamily(policy: string): Family {
  return Object.hasOwn(FAMILIES, policy) ? FAMILIES[policy as PolicyId] : "baseline";
}
