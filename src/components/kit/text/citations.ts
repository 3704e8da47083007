import {html} from "htl";
import type {RegistryName} from "../../../lib/technique/facts.js";
import {techniques} from "../techniques.js";
import {piecesOf, sourcesOf} from "./cited.js";

/** The sources of all techniques that a page lists, from their registries, with links to papers. */
export function citations(...registries: readonly RegistryName[]): HTMLElement {
  const sources = sourcesOf(techniques, registries);
  return html`<p class="cite">Sources of ${registries.join(" and ")}: ${sources.map(
    (source, i) =>
      html`<span>${i > 0 ? "; " : null}${piecesOf(source).map(({text, href}) => (href ? html`<a href=${href}>${text}</a>` : text))}</span>`,
  )}.</p>`;
}
