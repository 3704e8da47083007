/** Views of experiments on an open page: how they are moved and stopped, and whether they contradict themselves. */
import type {Page} from "playwright-core";

/** What workers do that are asked from now on: their work, nothing for ever, or nothing but fail. */
type WorkersMode = "work" | "wait" | "fail";

/** Lets a page's workers wait or fail from when they are told to, also after it is loaded again. */
export function tameWorkers(): void {
  const mode = () => sessionStorage.getItem("workers");
  window.Worker = new Proxy(window.Worker, {
    construct(Whole, given) {
      if (mode() === "wait") return Object.assign(new EventTarget(), {postMessage() {}, terminate() {}});
      const worker: Worker = Reflect.construct(Whole, given);
      const post = worker.postMessage.bind(worker) as (...message: unknown[]) => void;
      worker.postMessage = (...message: unknown[]) => {
        if (mode() !== "fail") post(...message);
        else setTimeout(() => worker.onerror?.(new ErrorEvent("error", {message: "broken on purpose"})));
      };
      return worker;
    },
  });
}

export const letWorkers = (page: Page, mode: WorkersMode): Promise<void> =>
  page.evaluate((mode) => sessionStorage.setItem("workers", mode), mode);

/** Stages of runs: begun where their rows are asked for, ended where all have come or failed. */
type Stage = "begun" | "ended" | "without failures";

/** Waits until every view whose rows are of another setting than its controls has come to a stage. */
export const until = (page: Page, stage: Stage): Promise<unknown> =>
  page.waitForFunction((stage) => {
    const views = Array.from(document.querySelectorAll(".workbench"), (view) => ({
      isStale: view.querySelector<HTMLElement>(":scope > .drawn-rows > .stale-note")?.hidden === false,
      state: view.querySelector<HTMLElement>(":scope > .status")?.dataset.state ?? "",
    }));
    if (stage === "without failures") return views.every(({state}) => state !== "failed");
    if (stage === "begun") return views.every(({isStale, state}) => !isStale || /running|failed/.test(state));
    return views.every(({isStale, state}) => state === "failed" || (!isStale && state !== "running"));
  }, stage);

/** Views whose rows on show are of another setting than their controls, without a word about it. */
export const contradictions = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    // A label names the unit of its number too.
    const isOf = (label: string, name: string) => label === name || label.startsWith(`${name} (`);
    const plain = (text: string) => text.replace(/,\s*/g, ",");
    return Array.from(document.querySelectorAll(".workbench")).flatMap((view) => {
      const note = view.querySelector<HTMLElement>(".drawn-rows > .stale-note");
      if (note === null || !note.hidden) return [];
      const shown = view.querySelector(":scope > .setting")?.textContent?.split("; ") ?? [];
      return Array.from(
        view.querySelectorAll<HTMLFormElement>(":scope > .controls > .control > form"),
      ).flatMap((form) => {
        const box = form.querySelector<HTMLInputElement>("input[type=number]");
        const select = form.querySelector("select");
        const label = (form.querySelector("label")?.textContent ?? "").trim();
        const value = select ? select.selectedOptions[0]?.textContent : box?.value;
        const told = shown.find((each) => isOf(label, each.slice(0, each.indexOf(": "))));
        if (value == null || told === undefined || (!select && !box)) return [];
        return plain(told.slice(told.indexOf(": ") + 2)) === plain(value)
          ? []
          : [`${label} is ${value}, the rows are of ${told}`];
      });
    });
  });

/** Moves the first choice or number of every view to another value, as a reader would. */
export const moveAll = (page: Page): Promise<void> =>
  page.evaluate(() => {
    for (const view of document.querySelectorAll(".workbench:not(.answer)")) {
      const select = view.querySelector<HTMLSelectElement>(":scope > .controls > .control select");
      const box = view.querySelector<HTMLInputElement>(":scope > .controls > .control input[type=range]");
      const control = select ?? box;
      if (select) select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
      else if (box) box.valueAsNumber += box.valueAsNumber < Number(box.max) ? Number(box.step) || 0.1 : -1;
      control?.dispatchEvent(new Event("input", {bubbles: true}));
    }
  });

/** Presses the buttons that end runs or lead back from failures. */
export const pressAll = (page: Page): Promise<void> =>
  page.evaluate(() => {
    for (const button of document.querySelectorAll<HTMLButtonElement>(".workbench .status button")) {
      if (!button.hidden && /^(Cancel|Back)/.test(button.textContent ?? "")) button.click();
    }
  });
