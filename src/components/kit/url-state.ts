import {checkParams} from "../../lib/technique/check-params.js";
import {
  allowedValues,
  type Params,
  type ParamValues,
  paramFromText,
  paramToText,
} from "../../lib/technique/params.js";

/** Parameters that an address sets, and those that it sets wrongly. */
export interface UrlState<P extends Params> {
  readonly values: ParamValues<P>;
  /** A sentence for every value that is not allowed and was left at its default. */
  readonly problems: readonly string[];
}

/**
 * Reads parameters from the search part of an address, each under its name after `prefix`.
 * A missing one takes its default; so does a bad one, which is then told in `problems`.
 */
export function readState<P extends Params>(params: P, search: string, prefix = ""): UrlState<P> {
  const query = new URLSearchParams(search);
  const given: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, param] of Object.entries(params)) {
    const text = query.get(prefix + name);
    if (text === null) continue;
    const value = paramFromText(param, text);
    try {
      checkParams("address", {[name]: param}, {[name]: value});
      given[name] = value;
    } catch {
      const shown = text.length > 40 ? `${text.slice(0, 39)}…` : text;
      problems.push(
        `The address says ${prefix}${name}=${shown}, but ${param.label} must be ${allowedValues(param)}; its default is shown.`,
      );
    }
  }
  return {values: checkParams("address", params, given), problems};
}

/** The search part of an address for these values: defaults left out, what belongs to others kept. */
export function writeState<P extends Params>(
  params: P,
  values: ParamValues<P>,
  search: string,
  prefix = "",
): string {
  const query = new URLSearchParams(search);
  for (const [name, param] of Object.entries(params)) {
    const text = paramToText(values[name as keyof P]);
    if (text === paramToText(param.default)) query.delete(prefix + name);
    else query.set(prefix + name, text);
  }
  const written = query.toString().replace(/%2C/g, ",");
  return written === "" ? "" : `?${written}`;
}

/** Changes of the address in a second: browsers refuse more than 200 in ten. */
const CHANGES_PER_SECOND = 15;

/** Parameters whose values the address does not have yet, by their names in it. */
const waiting = new Map<string, () => void>();
let second = 0;
let changes = 0;

/**
 * Puts the values into the page's address without a new entry in the reader's history: at once, or within a second while
 * a control is dragged.
 */
export function rememberState<P extends Params>(params: P, values: ParamValues<P>, prefix = ""): void {
  waiting.set(`${prefix}${Object.keys(params)}`, () => {
    const search = writeState(params, values, location.search, prefix);
    history.replaceState(history.state, "", `${location.pathname}${search}${location.hash}`);
  });
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) [second, changes] = [now, 0];
  if (changes < CHANGES_PER_SECOND) writeWaiting();
  else if (changes === CHANGES_PER_SECOND) setTimeout(writeWaiting, 1000);
  changes += 1;
}

function writeWaiting(): void {
  for (const write of waiting.values()) write();
  waiting.clear();
}
