import {html} from "htl";
import type {PointText} from "./point-text.js";

/** A small card beside a mark. */
export interface Tooltip {
  readonly element: HTMLElement;
  /** Shows words beside a place of the area, in pixels. */
  show(text: PointText, place: {readonly x: number; readonly y: number}): void;
  hide(): void;
}

/** Makes a tooltip for an area that positions what is in it. */
export function tooltip(): Tooltip {
  const element = html`<div class="tooltip" hidden></div>`;
  return {
    element,
    show({title, provenance, lines}, {x, y}) {
      // Names may come from a reader's own file: they are set as text, never as HTML.
      element.replaceChildren(
        html`<p><b>${title}</b> ${provenance}</p>`,
        ...lines.map((line) => html`<p>${line}</p>`),
      );
      element.hidden = false;
      const room = element.parentElement?.clientWidth ?? 0;
      const {offsetWidth: width, offsetHeight: height} = element;
      const left = x + 14 + width <= room ? x + 14 : Math.max(0, x - 14 - width);
      const top = y - height - 10 >= 0 ? y - height - 10 : y + 14;
      element.style.translate = `${left}px ${top}px`;
    },
    hide() {
      element.hidden = true;
    },
  };
}
