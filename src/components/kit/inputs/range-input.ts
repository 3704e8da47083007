import {html} from "htl";
import type {NumberParam} from "../../../lib/technique/params.js";

/** A number as a box and a slider; `value` is the number, and a box that holds none leaves it as it was. */
export type RangeInput = HTMLFormElement & {
  value: number;
  /** Lowers or restores the largest number, where it depends on another control. */
  setMax(max: number): void;
};

/**
 * The control of a number. Ours because that of the inputs library sets its listeners as attributes,
 * which the content policy refuses, and leaves its slider without a name.
 */
export function rangeInput(
  {label, unit, min, max: largest, kind, step, log}: NumberParam,
  initial: number,
): RangeInput {
  let max = largest;
  const sliderSteps = 200;
  const smallest = step ?? (kind === "integer" ? 1 : (max - min) / sliderSteps);
  const toSlider = log ? Math.log : (value: number) => value;
  const fromSlider = log ? Math.exp : (value: number) => value;
  const round = (value: number) =>
    clamp(Number((Math.round((value - min) / smallest) * smallest + min).toPrecision(10)));
  const clamp = (value: number) => Math.min(max, Math.max(min, value));
  const name = unit ? `${label} (${unit})` : label;
  const box = html`<input type="number" min=${min} max=${max} step="any">` as HTMLInputElement;
  const slider =
    html`<input type="range" min=${toSlider(min)} max=${toSlider(max)} step=${log ? "any" : smallest} aria-label=${`${name}, slider`}>` as HTMLInputElement;
  const form = html`<form><label><span>${name}</span> ${box}</label>${slider}</form>` as RangeInput;
  let value = initial;

  function show(next: number): void {
    value = next;
    box.valueAsNumber = value;
    slider.valueAsNumber = toSlider(value);
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  slider.addEventListener("input", () => show(round(fromSlider(slider.valueAsNumber))));
  box.addEventListener("input", (event) => {
    const typed = box.valueAsNumber;
    // A half-typed number is no wish yet: nobody else hears of it.
    if (
      typed < min ||
      typed > max ||
      Number.isNaN(typed) ||
      (kind === "integer" && !Number.isInteger(typed))
    ) {
      event.stopPropagation();
      return;
    }
    value = typed;
    slider.valueAsNumber = toSlider(typed);
  });
  box.addEventListener("change", () => show(value));
  show(initial);
  const setMax = (next: number) => {
    max = Math.min(next, largest);
    box.max = String(max);
    slider.max = String(toSlider(max));
    show(clamp(value));
  };
  return Object.defineProperty(Object.assign(form, {setMax}), "value", {
    get: () => value,
    set: show,
  }) as RangeInput;
}
