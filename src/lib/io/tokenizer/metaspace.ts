import type {JsonObject} from "../json-file.js";
import {asCharacter, asFlag, tokenizerProblem} from "./fields.js";

const SCHEMES = ["first", "never", "always"] as const;

/** The mark that stands for a space, and which texts get one in front. */
export interface Mark {
  readonly mark: string;
  readonly scheme: (typeof SCHEMES)[number];
}

/**
 * Options of a `Metaspace`. Files from before `prepend_scheme` say `add_prefix_space`.
 * @throws FormatError for options that contradict each other.
 */
export function parseMark(options: JsonObject, field: string): Mark {
  const mark = asCharacter(options.get("replacement"), `${field}.replacement`);
  const addSpace = asFlag(options.get("add_prefix_space"), `${field}.add_prefix_space`, true);
  const given = options.get("prepend_scheme") ?? (addSpace ? "always" : "never");
  const scheme = SCHEMES.find((name) => name === given);
  if (scheme === undefined || (!addSpace && scheme !== "never")) {
    const allowed = addSpace ? `one of ${SCHEMES.join(", ")}` : "never, since add_prefix_space is false";
    throw tokenizerProblem("bad-value", `${field}.prepend_scheme`, given, allowed);
  }
  return {mark, scheme};
}
