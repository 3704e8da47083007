import {html} from "htl";

/** Folds that a reader opened, by name: what is drawn anew stays open. */
const opened = new Set<string>();

/** Something that few need at first, behind a line that says what it is. */
export function fold(name: string, content: Node): HTMLElement {
  const element = html`<details class="fold" open=${opened.has(name)}><summary>${name}</summary>${content}</details>`;
  element.addEventListener("toggle", () => {
    if ((element as HTMLDetailsElement).open) opened.add(name);
    else opened.delete(name);
  });
  return element;
}
