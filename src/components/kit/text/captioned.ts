import {html} from "htl";

/** A drawing as a figure: the question above it, the finding in a sentence below. */
export function captioned(question: string, finding: string, drawing: Node): HTMLElement {
  return html`<figure class="drawn"><p class="question">${question}</p>${drawing}<figcaption>${finding}</figcaption></figure>`;
}
