import {html} from "htl";
import type {Turn} from "../../plots/scenes/mesh-shot.js";

/** Degrees of one press of an arrow key. */
const STEP = 10;
/** Degrees for each pixel that a pointer moves. */
const DRAGGED = 0.6;
/** Degrees up and down, so that what is upright stays so. */
const MOST_TIP = 80;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** An area whose pictures rotate together, by pointer or by arrow keys. */
export interface RotatedArea {
  readonly element: HTMLElement;
  readonly turn: Turn;
}

/** Makes an area that rotates; `changed` is told each new direction. The first is seen from the right and above. */
export function rotatedArea(content: Node, changed: (turn: Turn) => void): RotatedArea {
  let [around, tip] = [-30, 20];
  const turn = (): Turn => ({around: radians(around), tip: radians(tip)});
  const element = html`<div class="rotated" role="slider" tabindex="0" aria-label="Rotate both objects"
    aria-valuemin="-180" aria-valuemax="180">${content}</div>`;
  const say = () => {
    element.setAttribute("aria-valuenow", String(around));
    element.setAttribute("aria-valuetext", `${around} degrees around, ${tip} degrees from above`);
  };
  const move = (degrees: number, upwards: number): void => {
    around = Math.round(((((around + degrees + 180) % 360) + 360) % 360) - 180);
    tip = Math.round(Math.max(-MOST_TIP, Math.min(MOST_TIP, tip + upwards)));
    say();
    changed(turn());
  };
  element.addEventListener("keydown", (event: KeyboardEvent) => {
    const moved = KEYS[event.key];
    if (moved === undefined) return;
    event.preventDefault();
    move(moved[0] * STEP, moved[1] * STEP);
  });
  element.addEventListener("pointerdown", (event: PointerEvent) => {
    let [x, y] = [event.clientX, event.clientY];
    const ended = new AbortController();
    const {signal} = ended;
    const follow = (next: PointerEvent) => {
      move(DRAGGED * (next.clientX - x), DRAGGED * (next.clientY - y));
      [x, y] = [next.clientX, next.clientY];
    };
    addEventListener("pointermove", follow, {signal});
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => ended.abort(), {signal});
  });
  say();
  return {
    element,
    get turn() {
      return turn();
    },
  };
}

/** Steps around and upwards of each key. */
const KEYS: Readonly<Record<string, readonly [around: number, upwards: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};
