import {html} from "htl";

/** A walk through steps that are counted by whole numbers. */
export interface Steps {
  readonly label: string;
  readonly first: number;
  /** The last step as things stand. */
  readonly last: () => number;
  readonly at: () => number;
  readonly go: (step: number) => void;
  /** Time that a step stays while it plays, in milliseconds. */
  readonly pause?: number;
}

/** The step that a key of the player leads to; undefined for other keys. */
export function stepAfterKey(key: string, at: number, first: number, last: number): number | undefined {
  const wanted = {ArrowRight: at + 1, ArrowLeft: at - 1, Home: first, End: last}[key];
  return wanted === undefined ? undefined : Math.min(Math.max(wanted, first), last);
}

/**
 * Buttons that play steps one after the other, pause, and go a step on or back; in the group, the arrow keys, Home and End
 * do so too. A reader who wants little motion gets the steps without the playing.
 */
export function player({label, first, last, at, go, pause = 900}: Steps): HTMLElement {
  let timer: ReturnType<typeof setInterval> | undefined;
  const [start, back, on] = [
    button("|◀", "First step"),
    button("◀", "Step back"),
    button("Step ▶", "Step on"),
  ];
  const play = button("Play", "Play");
  const element = html`<div class="player" role="group" aria-label=${`Watch it: ${label}`}>${start}${back}${play}${on}</div>`;
  play.hidden = matchMedia("(prefers-reduced-motion: reduce)").matches;

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    play.textContent = "Play";
    play.setAttribute("aria-label", "Play");
  }

  function step(to: number): void {
    go(Math.min(Math.max(to, first), last()));
  }

  function tick(): void {
    if (!element.isConnected || document.hidden || at() >= last()) stop();
    else step(at() + 1);
  }

  play.onclick = () => {
    if (timer !== undefined) {
      stop();
      return;
    }
    play.textContent = "Pause";
    play.setAttribute("aria-label", "Pause");
    step(at() >= last() ? first : at() + 1);
    timer = setInterval(tick, pause);
  };
  const byHand = (to: () => number) => () => {
    stop();
    step(to());
  };
  start.onclick = byHand(() => first);
  back.onclick = byHand(() => at() - 1);
  on.onclick = byHand(() => at() + 1);
  element.addEventListener("keydown", (event) => {
    const to = stepAfterKey(event.key, at(), first, last());
    if (to === undefined) return;
    event.preventDefault();
    stop();
    step(to);
  });
  return element;
}

const button = (text: string, label: string) =>
  html`<button type="button" aria-label=${label}>${text}</button>` as HTMLButtonElement;
