import {wireDefinitions} from "./definitions.js";
import {type LabelTerms, type Mention, mentionFinder} from "./label-terms.js";

/** Labels of controls, axes, keys and columns; a plain head names something that only sounds like a term. */
const LABELS =
  ".controls label, .controls label > span, .group-label, .controls summary span, .legend li, th:not(.plain), .svg-chart text.axis, .formula-lines dt";

/** The first text of a label that is more than space; the name of a control stands before its box. */
function textOf(label: Element): Text | undefined {
  for (const node of label.childNodes) {
    if (node instanceof Text && node.data.trim() !== "") return node;
    if (node instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(node.tagName)) return undefined;
  }
  return undefined;
}

/** Makes a mention something that shows its definition to the pointer and to the focus. */
function mark(label: Element, text: Text, {from, to, definition}: Mention): void {
  const isDrawn = label instanceof SVGElement;
  const term = isDrawn ? label : document.createElement("span");
  term.classList.add("term");
  term.dataset.definition = definition;
  term.setAttribute("tabindex", "0");
  if (term === label) return;
  const mentioned = text.splitText(from);
  mentioned.splitText(to - from);
  mentioned.replaceWith(term);
  term.append(mentioned);
}

/** Gives definitions to the labels of the page, and to those that are drawn later. */
async function defineLabels(): Promise<void> {
  const root = new URL(document.querySelector("a.brand")?.getAttribute("href") ?? "./", location.href);
  const response = await fetch(new URL("terms.json", root));
  if (!response.ok) return;
  const find = mentionFinder((await response.json()) as LabelTerms);
  const main = document.querySelector("main") ?? document.body;
  const seen = new WeakSet<Element>();
  const look = () => {
    for (const label of main.querySelectorAll(LABELS)) {
      if (seen.has(label)) continue;
      seen.add(label);
      const text = label.querySelector(".term") === null ? textOf(label) : undefined;
      const mention = text && find(text.data);
      if (text && mention) mark(label, text, mention);
    }
  };
  let waiting: number | undefined;
  new MutationObserver(() => {
    waiting ??= requestAnimationFrame(() => {
      waiting = undefined;
      look();
    });
  }).observe(main, {childList: true, subtree: true});
  look();
}

wireDefinitions();
defineLabels();
