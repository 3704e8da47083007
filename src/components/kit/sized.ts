import {html} from "htl";

/** A place whose drawing is made for the width it has, and made anew when that changes. */
export function sized(draw: (width: number) => Node): HTMLElement {
  const element = html`<div class="sized"></div>`;
  let drawnFor = 0;
  new ResizeObserver(() => {
    const width = Math.floor(element.clientWidth);
    if (width === 0 || width === drawnFor) return;
    drawnFor = width;
    element.replaceChildren(draw(width));
  }).observe(element);
  return element;
}
