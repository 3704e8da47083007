import {html} from "htl";
import {findingNodes} from "./finding.js";
import {unbroken} from "./unbroken.js";

/** A drawing as a figure: the question above it, the finding in a sentence below. */
export function captioned(question: string, finding: string, drawing: Node): HTMLElement {
  return html`<figure class="drawn"><p class="question">${unbroken(question)}</p>${drawing}<figcaption>${findingNodes(finding)}</figcaption></figure>`;
}
