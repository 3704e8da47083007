import type {Family} from "../../lib/technique/families.js";
import {techniqueFacts} from "../kit/techniques.js";
import {type Look, looksOf} from "./palette.js";

/** The family of a policy; whatever is no policy, such as the full model, is the baseline. */
export const policyFamily = (policy: string): Family =>
  techniqueFacts("policies", policy)?.family ?? "baseline";

/** Colours and shapes of the policies of a table, the same in its figures and drawings. */
export function policyLooks(rows: readonly {readonly policy: string}[]): ReadonlyMap<string, Look> {
  return looksOf(
    rows,
    ({policy}) => policy,
    ({policy}) => policyFamily(policy),
  );
}
