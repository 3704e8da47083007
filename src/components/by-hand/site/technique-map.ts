import {html} from "htl";
import type {TechniqueCost} from "../../../data/technique-cost.js";
import type {RegistryName, TechniqueFacts} from "../../../lib/technique/facts.js";
import {FAMILIES} from "../../../lib/technique/families.js";
import type {PageGroup} from "../../frame/site-page.js";
import {PAGE_GROUPS, PAGE_OF_REGISTRY, pageOfTechnique} from "../../frame/site-pages.js";
import {readShippedTable} from "../../kit/rows/shipped-table.js";
import {techniques} from "../../kit/techniques.js";
import {piecesOf} from "../../kit/text/cited.js";
import {colourOf} from "../../plots/palette.js";

/** Width up to which the techniques are folded away at first, in CSS pixels. */
const NARROW = 640;

/** Links of this view stand on the home page, at the root of the site. */
const fromHome = (path: string) => `.${path}`;

const keyOf = ({registry, id}: Pick<TechniqueFacts, "registry" | "id">) => `${registry} ${id}`;

/** What each technique saves and costs, from the rows of the home page and the costs of the others. */
function measuresOf(table: ArrayBuffer, costs: readonly TechniqueCost[]): ReadonlyMap<string, string> {
  const formats = readShippedTable(table).map(
    ({format, bitsPerElement, sqnrDb}) =>
      [
        keyOf({registry: "formats", id: String(format)}),
        `${Number(bitsPerElement).toFixed(2)} bits a value, ${Number(sqnrDb).toFixed(1)} dB.`,
      ] as const,
  );
  return new Map([...formats, ...costs.map((cost) => [keyOf(cost), cost.text] as const)]);
}

const sourceView = (source: string) =>
  piecesOf(source).map(({text, href}) => (href ? html`<a href=${href}>${text}</a>` : text));

function techniqueLine(
  {registry, id, label, family, source, summary}: TechniqueFacts,
  measured: string | undefined,
): HTMLElement {
  const page = fromHome(pageOfTechnique({registry, id}));
  return html`<li><span class="swatch" style=${`background: ${colourOf({family})}`} title=${FAMILIES[family]}></span><a href=${page}>${label}</a> <span>${registry === "formats" ? measured : `${summary} ${measured ?? ""}`} (${sourceView(source)})</span></li>`;
}

/** The techniques of a registry: those with a measure where there are measures, all where there are none. */
function registryView(registry: RegistryName, measures: ReadonlyMap<string, string>): HTMLElement {
  const own = techniques.filter((facts) => facts.registry === registry);
  const measured = own.filter((facts) => measures.has(keyOf(facts)));
  const shown = registry === "formats" ? measured : own;
  const more = own.length - shown.length;
  return html`<details open=${innerWidth > NARROW}><summary>${own.length} ${registry}</summary><ul class="techniques">${shown.map(
    (facts) => techniqueLine(facts, measures.get(keyOf(facts))),
  )}</ul>${more > 0 ? html`<p class="cite">And ${more} variants in the <a href="./glossary#formats">glossary</a>.</p>` : null}</details>`;
}

function groupView({name, pages}: PageGroup, measures: ReadonlyMap<string, string>): HTMLElement {
  const registries = (Object.keys(PAGE_OF_REGISTRY) as RegistryName[]).filter((registry) =>
    pages.some(({path}) => path === PAGE_OF_REGISTRY[registry]),
  );
  return html`<section><h3>${name}</h3><ul class="pages">${pages.map(
    ({name, path, about}) => html`<li><a href=${fromHome(path)}>${name}</a>: ${about}</li>`,
  )}</ul>${registries.map((registry) => registryView(registry, measures))}</section>`;
}

/** The map of the site: pages by family, and under them the techniques of the registries that they show. */
export function techniqueMap(table: ArrayBuffer, costs: readonly TechniqueCost[]): HTMLElement {
  const measures = measuresOf(table, costs);
  return html`<div class="site-map">${PAGE_GROUPS.map((group) => groupView(group, measures))}</div>`;
}
