import {html} from "htl";
import type {RegistryName, TechniqueFacts} from "../../../lib/technique/facts.js";
import {FAMILIES, type Family} from "../../../lib/technique/families.js";
import type {SitePage} from "../../frame/site-page.js";
import {PAGE_GROUPS, pageAt, pageOfTechnique} from "../../frame/site-pages.js";
import {captioned} from "../../kit/text/captioned.js";
import {colourOf} from "../../plots/palette.js";

/** Registries of ways to store numbers in less and to compute with them. */
export const MAPPED = [
  "formats",
  "quantization methods",
  "caches",
  "scan quantizers",
  "arithmetics",
] as const satisfies readonly RegistryName[];

/** A page with the techniques that it is about. */
export interface Region {
  readonly page: SitePage;
  readonly techniques: readonly TechniqueFacts[];
}

/** Names in a text: words with two capitals or a digit, such as MX, OliVe and FP6. */
const namesIn = (text: string): string[] =>
  text.match(/[\w-]+(?:\.[\w]+)*/g)?.filter((word) => /[A-Z].*[A-Z]|[A-Z].*\d/.test(word)) ?? [];

/** The page that names a technique among those of its family of pages, or else that of the technique or its registry. */
function pageFor(technique: TechniqueFacts): SitePage | undefined {
  const usual = pageOfTechnique(technique);
  const group = PAGE_GROUPS.find(({pages}) => pages.some(({path}) => path === usual));
  const named = group?.pages.find(({about}) =>
    namesIn(about).some((name) => technique.label.toLowerCase().startsWith(name.toLowerCase())),
  );
  return named ?? pageAt(usual);
}

/** The techniques of a registry by the page that goes deep, in the order of the site's pages. */
export function regionsOf(registry: RegistryName, all: readonly TechniqueFacts[]): Region[] {
  const found = new Map<SitePage, TechniqueFacts[]>();
  for (const technique of all.filter((each) => each.registry === registry)) {
    const page = pageFor(technique);
    if (page !== undefined) found.set(page, [...(found.get(page) ?? []), technique]);
  }
  const order = PAGE_GROUPS.flatMap(({pages}) => pages);
  return order.flatMap((page) => {
    const techniques = found.get(page);
    return techniques === undefined ? [] : [{page, techniques}];
  });
}

/** Pages of the group of number formats that no record leads to, the map itself apart. */
export function otherPages(all: readonly TechniqueFacts[], self: string): SitePage[] {
  const reached = new Set(MAPPED.flatMap((registry) => regionsOf(registry, all)).map(({page}) => page.path));
  const pages = PAGE_GROUPS.find((group) => group.pages.some(({path}) => path === self))?.pages ?? [];
  return pages.filter(({path}) => path !== self && !reached.has(path));
}

/** Techniques of a region that are named, before the others are counted. */
const NAMED = 4;

function familyBars(techniques: readonly TechniqueFacts[]): HTMLElement {
  const families = [...new Set(techniques.map(({family}) => family))];
  const count = (family: Family) => techniques.filter((each) => each.family === family).length;
  return html`<span class="map-families">${families.map(
    (family) =>
      html`<span style=${`flex: ${count(family)}; background: ${colourOf({family})}`} title=${`${count(family)} ${FAMILIES[family]}`}></span>`,
  )}</span>`;
}

/** One of each family first, so that a list is not full of one kind. */
function namesOf(techniques: readonly TechniqueFacts[]): string {
  const firsts = techniques.filter(
    ({family}, i) => techniques.findIndex((each) => each.family === family) === i,
  );
  const ordered = [...firsts, ...techniques.filter((each) => !firsts.includes(each))];
  const more = techniques.length - NAMED;
  return `${ordered
    .slice(0, NAMED)
    .map(({label}) => label)
    .join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

const linkTo = ({path, name}: SitePage): HTMLElement => html`<a href=${`..${path}`}>${name}</a>`;

function regionView({page, techniques}: Region): HTMLElement {
  return html`<li>${familyBars(techniques)}<span class="map-count">${techniques.length}</span> ${linkTo(page)}<span class="map-names">${namesOf(techniques)}</span></li>`;
}

/** How many techniques there are, and where, in a sentence. */
export function mapFinding(all: readonly TechniqueFacts[]): string {
  const texts = MAPPED.map(
    (registry) => `${all.filter((each) => each.registry === registry).length} ${registry}`,
  );
  const pages = new Set(MAPPED.flatMap((registry) => regionsOf(registry, all)).map(({page}) => page.path));
  return `The workbench runs ${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}, on ${pages.size} pages. The bars show their families.`;
}

/** The map: every registry as a row of regions, each a page with its techniques. */
export function formatMap(all: readonly TechniqueFacts[], self: string): HTMLElement {
  const rows = MAPPED.map(
    (registry) =>
      html`<section><h3>${registry.slice(0, 1).toUpperCase()}${registry.slice(1)}</h3><ul>${regionsOf(registry, all).map(regionView)}</ul></section>`,
  );
  const others = otherPages(all, self).map(
    (page) => html`<li>${linkTo(page)}<span class="map-names">${page.about}</span></li>`,
  );
  return captioned(
    "Which page goes deep?",
    mapFinding(all),
    html`<div class="format-map">${rows}<section><h3>Beside them</h3><ul>${others}</ul></section></div>`,
  );
}
