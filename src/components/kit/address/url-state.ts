import {checkParams} from "../../../lib/technique/check-params.js";
import {
  allowedValues,
  type Params,
  type ParamValues,
  paramFromText,
  paramToText,
} from "../../../lib/technique/params.js";
import {addressTexts, openedProblem, rememberText} from "./address-texts.js";

/** Parameters that an address sets, and those that it sets wrongly. */
export interface UrlState<P extends Params> {
  readonly values: ParamValues<P>;
  /** A sentence for every value that is not allowed and was left at its default. */
  readonly problems: readonly string[];
}

/**
 * Reads parameters from an address, each under its name after `prefix`: from its search part, texts from its fragment.
 * A missing one takes its default; so does a bad one, which is then told in `problems`.
 */
export function readState<P extends Params>(
  params: P,
  search: string,
  prefix = "",
  texts: ReadonlyMap<string, string> = addressTexts,
): UrlState<P> {
  const query = new URLSearchParams(search);
  const given: Record<string, unknown> = {};
  const hasText = Object.values(params).some(({kind}) => kind === "text");
  const problems: string[] = hasText && openedProblem !== null ? [openedProblem] : [];
  for (const [name, param] of Object.entries(params)) {
    const inFragment = param.kind === "text" ? texts.get(prefix + name) : undefined;
    // Older links have texts in the search part: they open, and the page moves them.
    const text = inFragment ?? query.get(prefix + name);
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

/** Do texts stand in the search part of an address, where older links have them? */
export function hasTextsInSearch(params: Params, search: string, prefix = ""): boolean {
  const query = new URLSearchParams(search);
  return Object.entries(params).some(([name, {kind}]) => kind === "text" && query.has(prefix + name));
}

/**
 * The search part of an address for these values: defaults and texts left out, what belongs to others kept. It is sent to
 * the server with every request for the page, so nothing that a reader pastes may stand in it.
 */
export function writeState<P extends Params>(
  params: P,
  values: ParamValues<P>,
  search: string,
  prefix = "",
): string {
  const query = new URLSearchParams(search);
  for (const [name, param] of Object.entries(params)) {
    const text = paramToText(values[name as keyof P]);
    if (param.kind === "text" || text === paramToText(param.default)) query.delete(prefix + name);
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
  for (const [name, param] of Object.entries(params)) {
    const value = values[name as keyof P];
    if (param.kind === "text")
      rememberText(prefix + name, value === param.default ? undefined : String(value));
  }
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
