import {html} from "htl";
import type {Ran} from "../../../lib/experiment/ran.js";
import {comparisonText} from "../rows/compare-rows.js";
import type {RowState} from "../runs/live-rows.js";

export interface StatusActions {
  readonly run: () => void;
  readonly cancel: () => void;
}

/**
 * Shows where the rows come from and how far a run is, and offers to run it here, unless `canRun` is false, to end it
 * or to go back from a failure.
 */
export function statusLine(
  {run, cancel}: StatusActions,
  canRun = true,
): {
  readonly element: HTMLElement;
  show(state: RowState): void;
} {
  const text = html`<span role="status"></span>`;
  const bar =
    html`<progress max="1" aria-label="Progress of the run" hidden></progress>` as HTMLProgressElement;
  const runButton = html`<button type="button">Run it here</button>` as HTMLButtonElement;
  const cancelButton = html`<button type="button" hidden>Cancel</button>` as HTMLButtonElement;
  runButton.onclick = run;
  cancelButton.onclick = cancel;
  const machine = html`<span></span>`;
  const origin = html`<details class="origin" hidden><summary>Origin</summary>${machine}</details>`;
  const element = html`<div class="status">${text}${origin}${bar}${runButton}${cancelButton}</div>`;
  return {
    element,
    show(state) {
      const running = state.kind === "running";
      bar.hidden = !running;
      cancelButton.hidden = !running && state.kind !== "failed";
      cancelButton.textContent = running ? "Cancel" : "Back to the rows shown";
      runButton.hidden = running || !canRun;
      if (running) bar.value = state.share;
      element.dataset.state = state.kind;
      const ran = state.kind === "shipped" ? state.ran : undefined;
      origin.hidden = ran === undefined;
      if (ran) machine.textContent = ranText(ran);
      // A screen reader hears the start and the end of a run, not every step of it.
      const message = statusText(state);
      if (text.textContent !== message) text.textContent = message;
    },
  };
}

/** Machine, day and time of a run, in a sentence. */
export function ranText({machine, node, date, seconds}: Ran): string {
  const time =
    seconds < 0.1 ? "less than 0.1 s" : `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  return `Run on ${machine} (Node ${node}, ${date}) in ${time}.`;
}

function statusText(state: RowState): string {
  switch (state.kind) {
    case "shipped":
      return `${rowsText(state.tables.rows.length)} that came with this page.`;
    case "live":
      return `${rowsText(state.tables.rows.length)}, run just now in your browser${state.compared ? `: ${comparisonText(state.compared)}` : "; the table of this page has no such setting."}`;
    case "nearest":
      return "These rows came with this page for another setting.";
    case "running":
      return "Running in your browser …";
    case "failed":
      return `The run failed: ${state.message}`;
  }
}

const rowsText = (count: number): string => `${count} ${count === 1 ? "row" : "rows"}`;
