import {html} from "htl";
import type {Params, ParamValues} from "../../../lib/technique/params.js";
import {type ParamInputs, paramInputs} from "../inputs/param-inputs.js";
import {type SharedParams, sharedParams} from "./shared-params.js";

/** The parameters of a page that all its parts share, and the bar that shows each of them once. */
export type SharedBar = SharedParams & {readonly element: HTMLElement};

/**
 * A bar for what the whole page shares (a model, a seed, a machine): it stays in view, and each run that is opened with it
 * takes these parameters from it. It is displayed first and fills as runs are opened.
 */
export function sharedBar(...names: readonly string[]): SharedBar {
  const shared = sharedParams(names);
  const element = html`<div class="shared-bar" role="group" aria-label="For the whole page" hidden></div>`;
  let inputs: ParamInputs<Params> | undefined;
  let drawn = "";
  shared.watch(() => {
    const definition = JSON.stringify(shared.params);
    if (inputs === undefined || definition !== drawn) {
      drawn = definition;
      const moved = paramInputs(inView(shared.params), shared.values as ParamValues<Params>);
      moved.addEventListener("input", () => shared.move(moved.value));
      element.replaceChildren(moved);
      element.hidden = moved.querySelector(".control") === null;
      inputs = moved;
    } else inputs.value = shared.values as ParamValues<Params>;
  });
  return Object.assign(shared, {element});
}

/** Parameters of the bar are never folded away, and explain themselves to the pointer and not in a line of their own. */
const inView = (params: Params): Params =>
  Object.fromEntries(
    Object.entries(params).map(([name, {advanced: _advanced, help: _help, ...param}]) => [name, param]),
  ) as Params;
