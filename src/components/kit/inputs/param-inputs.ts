import * as Inputs from "@observablehq/inputs";
import {html} from "htl";
import {optionText} from "../../../lib/technique/option-names.js";
import type {
  ChoicesParam,
  FileParam,
  Option,
  Param,
  Params,
  ParamValues,
} from "../../../lib/technique/params.js";
import {type Limits, largestValue} from "./limits.js";
import {type RangeInput, rangeInput} from "./range-input.js";
import {textInput} from "./text-input.js";

/** The controls of some parameters: `value` holds all of them, an `input` event tells of a change. */
export type ParamInputs<P extends Params> = HTMLElement & {value: ParamValues<P>};

/** Options of controls. */
export interface ParamInputsOptions {
  /** Ranges that depend on another parameter. */
  readonly limits?: Limits;
  /** Values of the parameters without a control here. */
  readonly others?: () => Readonly<Record<string, unknown>>;
}

/**
 * Controls made from what the parameters say of themselves; those marked advanced are folded away. A range that depends on
 * another parameter follows it.
 */
export function paramInputs<P extends Params>(
  params: P,
  values: ParamValues<P>,
  {limits = {}, others = () => ({})}: ParamInputsOptions = {},
): ParamInputs<P> {
  const inputs = Object.entries(params).flatMap(([name, param]) =>
    // A page takes files in its own way and hands them to the run.
    param.kind === "file"
      ? []
      : [{name, param, input: named(param, inputOf(param, values[name as keyof P]))}],
  );
  // A fold over every control would hide the one that a reader came for.
  const folds = inputs.some(({param}) => !param.advanced);
  const [plain, advanced] = [false, true].map((folded) =>
    inputs
      .filter(({param}) => (folds && (param.advanced ?? false)) === folded)
      .map(({param, input}) => withHelp(param, input)),
  );
  const element = html`<div class="controls" role="group" aria-label="Parameters">
    ${plain}
    ${advanced.length > 0 ? html`<details class="advanced"><summary>More parameters</summary><div class="advanced-list">${advanced}</div></details>` : null}
  </div>`;
  const current = () => Object.fromEntries(inputs.map(({name, input}) => [name, input.value]));
  const limit = () => {
    for (const {name, param, input} of inputs) {
      if (!(name in limits) || !("max" in param)) continue;
      (input as unknown as RangeInput).setMax(largestValue(param, limits[name], {...others(), ...current()}));
    }
  };
  limit();
  element.addEventListener("input", limit);
  return Object.defineProperty(element, "value", {
    get: current,
    set(next: ParamValues<P>) {
      for (const {name, input} of inputs) {
        if (name in next) input.value = next[name as keyof P];
        input.dispatchEvent(new Event("moved"));
      }
      limit();
    },
  }) as ParamInputs<P>;
}

type AnyInput = HTMLFormElement & {value: unknown};

function inputOf(param: Exclude<Param, FileParam>, value: unknown): AnyInput {
  const {label} = param;
  const format = (option: Option) => optionText(param, option);
  switch (param.kind) {
    case "choice":
      return Inputs.select(param.options, {
        label,
        value: value as string | number,
        format,
      });
    case "choices":
      return Inputs.checkbox(param.options, {
        label,
        value: value as (string | number)[],
        format,
      });
    case "flag":
      return Inputs.toggle({label, value: value as boolean});
    case "text":
      return textInput(param, value as string);
    default:
      return rangeInput(param, value as number);
  }
}

/** Boxes that belong together are named as a group. */
function named(param: Param, input: AnyInput): AnyInput {
  if (param.kind !== "choices") return input;
  const boxes = input.querySelector("div");
  boxes?.setAttribute("role", "group");
  boxes?.setAttribute("aria-label", param.label);
  const title = input.querySelector("label:not(:has(input))");
  title?.replaceWith(html`<span class="group-label">${param.label}</span>`);
  return input;
}

const longList = 12;

function withHelp(param: Param, input: AnyInput): HTMLElement {
  const {help} = param;
  if (param.kind === "choices" && param.options.length > longList) return foldedList(param, input);
  return html`<div class="control">${input}${help && html`<p class="help">${help}</p>`}</div>`;
}

/** A long list of boxes is folded away behind how many of it are chosen. */
function foldedList({label, options, help}: ChoicesParam, input: AnyInput): HTMLElement {
  const count = html`<span></span>`;
  const tell = () => {
    count.textContent = `${label}: ${(input.value as unknown[]).length} of ${options.length}`;
  };
  for (const event of ["input", "moved"]) input.addEventListener(event, tell);
  tell();
  // The summary names the list, and its group has the name for those who hear it.
  input.querySelector(".group-label")?.remove();
  return html`<details class="control long-list"><summary>${count}</summary>${input}${help && html`<p class="help">${help}</p>`}</details>`;
}
