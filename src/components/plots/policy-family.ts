import type {Family} from "../../lib/technique/families.js";
import {type Look, looksOf} from "./palette.js";

/** The full model, its bound and its floor: all that is no policy. */
const BASELINES: ReadonlySet<string> = new Set(["full", "oracle", "random"]);

/** The family of a selection policy. */
export const policyFamily = (policy: string): Family => (BASELINES.has(policy) ? "baseline" : "tokens");

/** Colours and shapes of the policies of a table, the same in its figures and drawings. */
export function policyLooks(rows: readonly {readonly policy: string}[]): ReadonlyMap<string, Look> {
  return looksOf(
    rows,
    ({policy}) => policy,
    ({policy}) => policyFamily(policy),
  );
}
