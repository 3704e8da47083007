import {html} from "htl";

/** A button that does something at a touch. */
export function actionButton(label: string, action: () => unknown): HTMLElement {
  const button = html`<button type="button">${label}</button>`;
  button.onclick = action;
  return button;
}

/** Copies a text and says so; where the browser refuses, the text is shown to be copied by hand. */
export function copyButton(label: string, text: () => string): HTMLElement {
  const said = html`<span role="status" class="said"></span>`;
  const place = html`<span class="copy"></span>`;
  const button = actionButton(label, async () => {
    place.querySelector("textarea")?.remove();
    try {
      await navigator.clipboard.writeText(text());
      said.textContent = "copied";
      setTimeout(() => {
        said.textContent = "";
      }, 2000);
    } catch {
      place.append(html`<textarea readonly rows="6" aria-label=${`${label}: the text`}>${text()}</textarea>`);
    }
  });
  place.append(button, said);
  return place;
}
