import {html} from "htl";

export interface LeverOptions {
  readonly label: string;
  /** Element that keeps the focus when the drawing around it is made anew. */
  readonly focus: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly set: (value: number) => void;
}

/**
 * A bar whose end can be moved, by pointer or keys. It may be replaced while it is being dragged: the window follows
 * the pointer, and where the bar stood is remembered.
 */
export function lever({label, focus, value, min, max, step, set}: LeverOptions): HTMLElement {
  const height = (at: number) => (100 * (at - min)) / (max - min);
  const zero = height(Math.max(min, Math.min(max, 0)));
  const [low, high] = [Math.min(zero, height(value)), Math.max(zero, height(value))];
  const element = html`<span class=${min < 0 ? "bar bar-signed lever" : "bar lever"} role="slider" tabindex="0"
    aria-label=${label} aria-orientation="vertical" aria-valuemin=${min} aria-valuemax=${max} aria-valuenow=${value}
    data-focus=${focus} style=${`--from: ${low}%; --size: ${high - low}%; --tip: ${height(value)}%`}></span>`;
  let current = value;
  const moveTo = (wanted: number) => {
    const next = Number(Math.min(max, Math.max(min, Math.round(wanted / step) * step)).toPrecision(10));
    if (next === current) return;
    current = next;
    set(next);
  };
  element.addEventListener("keydown", (event: KeyboardEvent) => {
    const wanted = keyTarget(event.key, {value, min, max, step});
    if (wanted === undefined) return;
    event.preventDefault();
    moveTo(wanted);
  });
  element.addEventListener("pointerdown", (event: PointerEvent) => {
    event.preventDefault();
    element.focus();
    const {bottom, height: pixels} = element.getBoundingClientRect();
    const follow = ({clientY}: PointerEvent) => moveTo(min + ((bottom - clientY) / pixels) * (max - min));
    const ended = new AbortController();
    const {signal} = ended;
    addEventListener("pointermove", follow, {signal});
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => ended.abort(), {signal});
    follow(event);
  });
  return element;
}

/** Value to which a key moves a slider, by the usual keys of sliders; none for another key. */
export function keyTarget(
  key: string,
  {value, min, max, step}: Pick<LeverOptions, "value" | "min" | "max" | "step">,
): number | undefined {
  const targets: Readonly<Record<string, number>> = {
    ArrowUp: value + step,
    ArrowRight: value + step,
    ArrowDown: value - step,
    ArrowLeft: value - step,
    PageUp: value + 10 * step,
    PageDown: value - 10 * step,
    Home: min,
    End: max,
  };
  return targets[key];
}
