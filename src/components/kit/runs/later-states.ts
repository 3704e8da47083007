import type {RowState} from "./live-rows.js";

/**
 * Gives a listener of states that hands them on at once or after the next paint, in their order: so what a reader moves is
 * drawn before what stands elsewhere. Of rows that wait only the last are handed on.
 */
export function laterStates(show: (state: RowState) => void): (state: RowState, isNow: boolean) => void {
  let waiting: RowState[] = [];

  function handOn(): void {
    const states = waiting;
    waiting = [];
    for (const state of states) show(state);
  }

  return (state, isNow) => {
    if (isNow) {
      handOn();
      show(state);
      return;
    }
    if (waiting.length === 0) afterPaint(handOn);
    waiting = "tables" in state ? [state] : [...waiting, state];
  };
}

/** Runs a task once the next frame is painted; in a page that is not painted, after a moment. */
function afterPaint(task: () => void): void {
  if (globalThis.document?.visibilityState !== "visible") setTimeout(task);
  else requestAnimationFrame(() => setTimeout(task));
}
