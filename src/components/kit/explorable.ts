import {html} from "htl";
import type {Params, ParamValues} from "../../lib/technique/params.js";
import {hasTextsInSearch, readState, rememberState} from "./address/url-state.js";
import {copyButton} from "./copy-button.js";
import {paramInputs} from "./inputs/param-inputs.js";
import {player} from "./player.js";
import {embedCodeOf, fullScreenButton} from "./present.js";

export interface ExplorableOptions<P extends Params> {
  readonly label: string;
  readonly params: P;
  /** Begins the names in the address. */
  readonly prefix?: string;
  /** Parameters that the drawing itself sets, so that they need no control. */
  readonly drawn?: readonly (keyof P & string)[];
  /** The parameter that counts steps in time: it can be played, and `last` is its last step as things stand. */
  readonly plays?: {readonly name: keyof P & string; readonly last?: (values: ParamValues<P>) => number};
  /** A state in words, for who hears the page: told after every change. */
  readonly says?: (values: ParamValues<P>) => string;
  /** Draws a state; `set` moves to another one. What should keep the focus carries `data-focus`. */
  readonly draw: (values: ParamValues<P>, set: (next: Partial<ParamValues<P>>) => void) => Node;
}

/** A small thing shown whole: controls, a drawing made anew for every state, and the state in the address. */
export function explorable<P extends Params>({
  label,
  params,
  prefix = "",
  drawn = [],
  plays,
  says,
  draw,
}: ExplorableOptions<P>): HTMLElement {
  const {values: initial, problems} = readState(params, location.search, prefix);
  let values = initial;
  if (hasTextsInSearch(params, location.search, prefix)) rememberState(params, values, prefix);
  const shown = Object.fromEntries(Object.entries(params).filter(([name]) => !drawn.includes(name)));
  const inputs = paramInputs(shown, values as ParamValues<typeof shown>);
  const place = html`<div class="drawing"></div>`;
  // Outside the drawing: a region that is made anew with its text is not read out.
  const said = html`<p class="heard" role="status"></p>`;

  function set(next: Partial<ParamValues<P>>): void {
    values = {...values, ...next};
    inputs.value = values;
    rememberState(params, values, prefix);
    redraw();
    if (says) said.textContent = says(values);
  }

  function redraw(): void {
    const focus = (document.activeElement as HTMLElement | null)?.dataset.focus;
    place.replaceChildren(draw(values, set));
    if (focus) place.querySelector<HTMLElement>(`[data-focus="${CSS.escape(focus)}"]`)?.focus();
  }

  inputs.addEventListener("input", () => set(inputs.value as Partial<ParamValues<P>>));
  redraw();
  const playing = plays && playerOf(params, plays, () => values, set);
  const name = prefix.replace(/\.$/, "") || "first";
  const element: HTMLElement = html`<section class="explorable" aria-label=${label} data-figure=${name}>
    ${problems.map((problem) => html`<p class="problem" role="alert">${problem}</p>`)}
    ${Object.keys(shown).length > 0 ? inputs : null}
    ${playing}
    ${place}
    ${says && said}
    <div class="tools" role="group" aria-label="Show elsewhere">${copyButton("Copy embed code", () => embedCodeOf(name, label))}${fullScreenButton(() => element)}</div>
  </section>`;
  return element;
}

/** Buttons that play the parameter of the steps. */
function playerOf<P extends Params>(
  params: P,
  {name, last}: NonNullable<ExplorableOptions<P>["plays"]>,
  values: () => ParamValues<P>,
  set: (next: Partial<ParamValues<P>>) => void,
): HTMLElement | null {
  const param = params[name];
  if (param === undefined || !("min" in param)) return null;
  return player({
    label: param.label,
    first: param.min,
    last: () => Math.min(param.max, last?.(values()) ?? param.max),
    at: () => Number(values()[name]),
    go: (step) => set({[name]: step} as Partial<ParamValues<P>>),
  });
}
