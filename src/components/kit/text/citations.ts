import {html} from "htl";
import type {RegistryName} from "../../../lib/technique/facts.js";
import {techniques} from "../techniques.js";
import {piecesOf, sourcesOf} from "./cited.js";

/** Sources that need no fold. */
const FEW = 4;

/** The sources of all techniques that a page lists, from their registries, with links to papers; a long list is folded. */
export function citations(...registries: readonly RegistryName[]): HTMLElement {
  const sources = sourcesOf(techniques, registries);
  const name = `Sources of ${registries.join(" and ")}`;
  const list = html`<p class="cite">${sources.length > FEW ? null : `${name}: `}${sources.map(
    (source, i) =>
      html`<span>${i > 0 ? "; " : null}${piecesOf(source).map(({text, href}) => (href ? html`<a href=${href}>${text}</a>` : text))}</span>`,
  )}.</p>`;
  return sources.length > FEW
    ? html`<details class="notes"><summary>${name}: ${sources.length}</summary>${list}</details>`
    : list;
}
