import {html} from "htl";

/** A place for what is drawn from rows, which is veiled and named while it shows another setting than the controls. */
export interface StalePlace {
  readonly element: HTMLElement;
  /** Names the parameters in which the rows on show differ from the controls; none lifts the veil. */
  show(differences: readonly string[]): void;
}

/** Puts drawings into such a place. */
export function stalePlace(drawings: readonly Node[]): StalePlace {
  const note = html`<p class="stale-note" hidden></p>`;
  const element = html`<div class="drawn-rows">${note}<div class="veiled">${drawings}</div></div>`;
  return {
    element,
    show(differences) {
      note.hidden = differences.length === 0;
      note.textContent = note.hidden
        ? ""
        : `Not yet the setting above: this still shows ${differences.join("; ")}.`;
      element.classList.toggle("stale", !note.hidden);
    },
  };
}
