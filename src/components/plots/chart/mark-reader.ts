import {type MarkPlace, markAfter, nearestMark} from "../places/mark-places.js";

/** What happens as a reader goes through the marks of a drawing. */
export interface MarkListener {
  /** A mark is pointed at, by mouse, finger or keyboard; null when the reader leaves. */
  readonly point: (mark: MarkPlace | null) => void;
  /** A mark is chosen; null takes the choice back. */
  readonly choose: (key: string | null) => void;
}

/** From the pointer to a mark, in pixels: a fingertip covers about 48. */
const REACH = 24;

/**
 * Lets pointer and keyboard go through the marks of a drawing: the nearest mark is pointed at, arrows go from one to the
 * next, Enter or a click chooses, Escape leaves. One mark at a time can be reached by Tab.
 */
export function readMarks(
  drawing: SVGElement,
  marks: readonly MarkPlace[],
  {point, choose}: MarkListener,
): void {
  const elements = Array.from(drawing.querySelectorAll<SVGElement>("[data-key]"));
  let current = -1;

  function goTo(next: number): void {
    if (next === current) return;
    current = next;
    drawing.classList.toggle("near", next >= 0);
    point(marks[next] ?? null);
  }

  const near = ({clientX, clientY}: MouseEvent) => {
    const {left, top} = drawing.getBoundingClientRect();
    return nearestMark(marks, {x: clientX - left, y: clientY - top}, REACH);
  };
  drawing.addEventListener("pointermove", (event) => goTo(near(event)));
  drawing.addEventListener("pointerleave", () => goTo(-1));
  drawing.addEventListener("click", (event) => {
    const chosen = near(event);
    goTo(chosen);
    if (chosen >= 0) choose(marks[chosen].point.key);
  });
  drawing.addEventListener("focusin", ({target}) => {
    if (!elements.includes(target as SVGElement)) return;
    for (const element of elements) element.setAttribute("tabindex", element === target ? "0" : "-1");
    goTo(elements.indexOf(target as SVGElement));
  });
  drawing.addEventListener("focusout", () => goTo(-1));
  drawing.addEventListener("keydown", (event) => {
    const from = elements.indexOf(event.target as SVGElement);
    if (from < 0) return;
    const next = markAfter(marks, from, event.key);
    if (next !== undefined) elements[next]?.focus();
    else if (event.key === "Enter" || event.key === " ") choose(marks[from].point.key);
    else if (event.key === "Escape") choose(null);
    else return;
    event.preventDefault();
  });
}
