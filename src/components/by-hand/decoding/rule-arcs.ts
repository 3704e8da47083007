import {html, svg} from "htl";
import type {TableRows} from "../../../lib/experiment/columns.js";
import type {oneGrammar} from "../../../lib/experiments/decoding/one-grammar.js";

/** Tables of a grammar and its mask. */
export type GrammarTables = TableRows<(typeof oneGrammar)["columns"], (typeof oneGrammar)["tables"]>;
type NodeRow = GrammarTables["nodes"][number];
type EdgeRow = GrammarTables["edges"][number];

/** Units between neighbouring nodes, and of a node's radius. */
const STEP = 76;
const RADIUS = 11;
/** Nodes of a rule that are drawn in a row. */
const MOST_NODES = 16;

/** The rules of an automaton, each as its nodes in a row with its edges as arcs: those that stand on a stack first. */
export function ruleArcs({nodes, edges}: GrammarTables): HTMLElement {
  const rules = [...new Set(nodes.map(({rule}) => rule))];
  const isActive = (rule: string) => nodes.some((node) => node.rule === rule && (node.isTop || node.isBelow));
  const ordered = [...rules.filter(isActive), ...rules.filter((rule) => !isActive(rule))];
  return html`<div class="rule-arcs">${ordered.map((rule) => {
    const own = nodes.filter((node) => node.rule === rule);
    const inside = edges.filter(({from}) => own.some(({node}) => node === from));
    const name = rule.replace(/^#\//, "");
    return html`<div class="rule"><p class="block-facts"><strong>${name}</strong> <span class="muted">${own.length} ${own.length === 1 ? "node" : "nodes"}</span></p>${own.length > MOST_NODES ? null : html`<div class="arcs" tabindex="0" role="group" aria-label=${`Automaton of ${name}`}>${arcs(name, own, inside)}</div>`}</div>`;
  })}</div>`;
}

function arcs(rule: string, nodes: readonly NodeRow[], edges: readonly EdgeRow[]): SVGElement {
  const place = new Map(nodes.map(({node}, i) => [node, i * STEP]));
  const span = edges.reduce(
    (most, {from, to}) => Math.max(most, Math.abs(x(place, to) - x(place, from))),
    STEP,
  );
  const height = 26 + liftOf(span);
  const width = (nodes.length - 1) * STEP;
  const drawn = edges.map((edge) => arc(edge, x(place, edge.from), x(place, edge.to)));
  const circles = nodes.map(({node, isFinal, isTop, isBelow}) => {
    const at = x(place, node);
    const kind = isTop ? "top" : isBelow ? "below" : "idle";
    return svg`<g class=${`node ${kind}`}><circle cx=${at} cy="0" r=${RADIUS} />${isFinal ? svg`<circle class="final" cx=${at} cy="0" r=${RADIUS - 3} />` : null}<text x=${at} y="4">${node}</text></g>`;
  });
  return svg`<svg width=${width + 80} height=${2 * height} viewBox=${`-40 ${-height} ${width + 80} ${2 * height}`} role="img" aria-label=${`Rule ${rule}: ${edges.map(({from, to, label}) => `${from} to ${to} by ${label}`).join("; ")}`}>${drawn}${circles}</svg>`;
}

const x = (place: ReadonlyMap<number, number>, node: number): number => place.get(node) ?? 0;

/** Height of an arc over a distance: wide ones rise less steeply, so that a rule stays low. */
const liftOf = (distance: number): number => 26 * Math.sqrt(distance / STEP);

/** An edge with its label at the top: forward above the row, backward below it, a loop as a small circle. */
function arc({label, isCall}: EdgeRow, from: number, to: number): SVGElement {
  const kind = isCall ? "edge call" : "edge";
  const shown = label.length > 12 ? `${label.slice(0, 11)}…` : label;
  if (from === to)
    return svg`<g class=${kind}><path d=${`M${from - 6},${-RADIUS}C${from - 22},${-RADIUS - 26} ${from + 22},${-RADIUS - 26} ${from + 6},${-RADIUS}`} /><text x=${from} y=${-RADIUS - 23}>${shown}<title>${label}</title></text></g>`;
  const side = to > from ? -1 : 1;
  const lift = side * liftOf(Math.abs(to - from));
  const [begin, end] = [from - side * RADIUS * 0.7, to + side * RADIUS * 0.7];
  const middle = (from + to) / 2;
  const y = side * RADIUS * 0.7;
  return svg`<g class=${kind}><path d=${`M${begin},${y}Q${middle},${y + 1.5 * lift} ${end},${y}`} /><path class="head" d=${`M${end + side * 6},${y + side * 1}L${end},${y}L${end + side * 1},${y + side * 7}`} /><text x=${middle} y=${y + 0.75 * lift + (side < 0 ? -3 : 11)}>${shown}<title>${label}</title></text></g>`;
}
