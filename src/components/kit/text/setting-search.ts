import type {Described} from "../../../lib/experiment/described.js";
import {checkParams} from "../../../lib/technique/check-params.js";
import type {Params, ParamValues} from "../../../lib/technique/params.js";
import {writeState} from "../address/url-state.js";

/** A setting that a workbench of a page may be opened in. */
export interface OpenedSetting {
  readonly experiment: Pick<Described, "id" | "params">;
  readonly prefix: string;
  readonly setting: Readonly<Record<string, unknown>>;
}

/**
 * The search part of an address that opens workbenches of a page in these settings, for example those of a shipped table.
 * @throws RangeError for a value that is not allowed.
 */
export function settingSearch(opened: readonly OpenedSetting[]): string {
  return opened.reduce((search, {experiment: {id, params}, prefix, setting}) => {
    const values = checkParams(`open ${id}`, params, setting as Partial<ParamValues<Params>>);
    return writeState(params, values, search, prefix);
  }, "");
}
