import type {Markup} from "./markup.js";

/** The element that a markup of one element stands for. */
export function elementOf<T extends Element = HTMLElement>({text}: Markup): T {
  const template = document.createElement("template");
  // Whatever came into a markup from outside is escaped there.
  template.innerHTML = text;
  return template.content.firstElementChild as T;
}
