import {html} from "htl";
import type {TextParam} from "../../../lib/technique/params.js";
import {watchAddressLength} from "../address/address-texts.js";

/** A text as a box and a file to fill it from; `value` is the text. */
export type TextInput = HTMLFormElement & {value: string};

/** Texts of at most this many characters have one line and come from no file. */
const LINE = 100;

/** The control of a text: typed, pasted, opened from a file or dropped as one; read in this page and sent nowhere. */
export function textInput({label, maxLength}: TextParam, initial: string): TextInput {
  const isLine = maxLength <= LINE;
  const box = (
    isLine
      ? html`<input type="text" spellcheck="false" maxlength=${maxLength}>`
      : html`<textarea rows="3" spellcheck="false"></textarea>`
  ) as HTMLTextAreaElement | HTMLInputElement;
  const file = html`<input type="file" aria-label=${`${label}, from a file`}>` as HTMLInputElement;
  const note = html`<p class="help" role="status"></p>`;
  const form =
    html`<form class="text-input"><label>${label} ${box}</label>${isLine ? null : file}${note}</form>` as TextInput;

  function announce(): void {
    form.dispatchEvent(new Event("input", {bubbles: true}));
  }

  async function open(chosen: File): Promise<void> {
    if (chosen.size > maxLength) {
      note.textContent = `${chosen.name} must be at most ${maxLength} bytes, it has ${chosen.size}.`;
      return;
    }
    note.textContent = "";
    box.value = await chosen.text();
    announce();
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  file.addEventListener("input", (event) => event.stopPropagation());
  file.addEventListener("change", () => file.files?.[0] && open(file.files[0]));
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    const dropped = event.dataTransfer?.files[0];
    if (dropped === undefined) return;
    event.preventDefault();
    open(dropped);
  });
  watchAddressLength((sentence) => {
    if (box.value !== "" || sentence === null) note.textContent = sentence ?? "";
  });
  box.value = initial;
  return Object.defineProperty(form, "value", {
    get: () => box.value,
    set(next: string) {
      box.value = next;
    },
  }) as TextInput;
}
