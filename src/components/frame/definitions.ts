import {html} from "htl";

const GAP = 6;

type Term = HTMLElement | SVGElement;

/** The term that something stands in. */
const termAt = (target: EventTarget | null): Term | null =>
  target instanceof Element ? target.closest<Term>(".term[data-definition]") : null;

/** Puts the note under a term, or above it where there is no room, inside the window. */
function place(note: HTMLElement, term: Term): void {
  const {left, top, bottom} = term.getBoundingClientRect();
  const {offsetWidth, offsetHeight} = note;
  const below = bottom + GAP + offsetHeight <= innerHeight;
  note.style.left = `${Math.max(GAP, Math.min(left, innerWidth - offsetWidth - GAP))}px`;
  note.style.top = `${below ? bottom + GAP : Math.max(GAP, top - GAP - offsetHeight)}px`;
}

/**
 * Shows the definition of a term while the pointer or the focus is on it; Escape hides it. The pointer may go to the note
 * itself.
 */
export function wireDefinitions(): void {
  const note = html`<div id="definition" role="tooltip" popover="manual"></div>`;
  // It belongs to the landmark whose terms it explains.
  (document.querySelector("main") ?? document.body).append(note);
  let shown: Term | undefined;
  let leaving: ReturnType<typeof setTimeout> | undefined;
  const hide = () => {
    shown?.removeAttribute("aria-describedby");
    shown = undefined;
    note.hidePopover();
  };
  const show = (term: Term) => {
    clearTimeout(leaving);
    if (term === shown) return;
    shown?.removeAttribute("aria-describedby");
    shown = term;
    note.textContent = term.dataset.definition ?? "";
    term.setAttribute("aria-describedby", note.id);
    note.showPopover();
    place(note, term);
  };
  const hideSoon = () => {
    clearTimeout(leaving);
    leaving = setTimeout(hide, 150);
  };
  const enter = ({target}: Event) => {
    const term = termAt(target);
    if (term) show(term);
  };
  const leave = ({target}: Event) => {
    if (termAt(target)) hideSoon();
  };
  // Labels are drawn anew with what they stand at: the page listens for all of them.
  for (const event of ["pointerover", "focusin"]) document.addEventListener(event, enter);
  for (const event of ["pointerout", "focusout"]) document.addEventListener(event, leave);
  note.onpointerenter = () => clearTimeout(leaving);
  note.onpointerleave = hideSoon;
  document.addEventListener("keydown", ({key}) => key === "Escape" && shown && hide());
  // A term that is out of view scrolls the page when it gets the focus: its note goes with it.
  const follow = () => {
    if (shown !== undefined && shown === document.activeElement) place(note, shown);
    else if (shown !== undefined) hide();
  };
  document.addEventListener("scroll", follow, {passive: true});
}
