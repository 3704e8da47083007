import {html} from "htl";
import {unbroken} from "../text/unbroken.js";

/** A question that a reader may answer before a figure does. */
export interface Guess {
  /** Its name in the address; another one for a second question of a page. */
  readonly name?: string;
  readonly question: string;
  readonly options: readonly string[];
  /** The place of the right option, from the rows. */
  readonly answer: () => number;
  /** The reason in a sentence, from the rows; it stands after the verdict. */
  readonly because: () => string;
  /** What is covered until then. */
  readonly reveals: Node;
}

const SKIPPED = "skip";

/** A question over a covered figure: an answer or a skip uncovers it and stays in the address. */
export function guess({name = "guess", question, options, answer, because, reveals}: Guess): HTMLElement {
  const verdict = html`<p class="verdict" role="status"></p>`;
  const cover = html`<div class="guess-cover">${reveals}</div>`;
  const buttons = options.map((option, i) => choice(unbroken(option), () => choose(String(i))));
  const skip = choice("Skip: show it", () => choose(SKIPPED));
  const element = html`<section class="guess" aria-label=${`Guess first: ${question}`}>
    <p class="question"><span class="kind">Guess first</span> ${unbroken(question)}</p>
    <div class="guess-options" role="group" aria-label="Your guess">${buttons}${skip}</div>
    ${verdict}${cover}
  </section>`;

  function show(given: string | null): void {
    const isOpen = given !== null && (given === SKIPPED || options[Number(given)] !== undefined);
    element.classList.toggle("open", isOpen);
    cover.inert = !isOpen;
    skip.hidden = isOpen;
    buttons.forEach((each, i) => {
      each.setAttribute("aria-pressed", String(given === String(i)));
    });
    if (isOpen) verdict.textContent = unbroken(`${verdictOn(given, answer(), options)} ${because()}`);
  }

  function choose(given: string): void {
    const query = new URLSearchParams(location.search);
    query.set(name, given);
    history.replaceState(history.state, "", `${location.pathname}?${query}${location.hash}`);
    show(given);
  }

  show(new URLSearchParams(location.search).get(name));
  return element;
}

/** The verdict on a given answer: its place, or that it was skipped. */
export function verdictOn(given: string, right: number, options: readonly string[]): string {
  if (given === SKIPPED) return `The answer: ${options[right]}.`;
  return Number(given) === right ? `Yes, ${options[right]}.` : `No, ${options[right]}.`;
}

function choice(text: string, choose: () => void): HTMLElement {
  const button = html`<button type="button">${text}</button>`;
  button.onclick = choose;
  return button;
}
