import type {Page} from "playwright-core";
import {describe, expect, test} from "vitest";
import {pagePaths, settled, useSite} from "./site.js";

const site = useSite();

/** Lets a page's workers fail from when it is told to: the run then ends with an error. */
function breakableWorkers(): void {
  const Whole = window.Worker;
  const broken = () => (window as unknown as {broken?: boolean}).broken === true;
  window.Worker = class extends Whole {
    override postMessage(...message: [unknown]): void {
      if (broken()) setTimeout(() => this.onerror?.(new ErrorEvent("error", {message: "broken on purpose"})));
      else super.postMessage(...message);
    }
  };
}

/** Views whose rows on show are of another setting than their controls, without a word about it. */
const contradictions = (page: Page): Promise<string[]> =>
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
const moveAll = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const views = Array.from(document.querySelectorAll(".workbench:not(.answer)"));
    return views.filter((view) => {
      const select = view.querySelector<HTMLSelectElement>(":scope > .controls > .control select");
      const box = view.querySelector<HTMLInputElement>(":scope > .controls > .control input[type=range]");
      const control = select ?? box;
      if (select) select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
      else if (box) box.valueAsNumber += box.valueAsNumber < Number(box.max) ? Number(box.step) || 0.1 : -1;
      control?.dispatchEvent(new Event("input", {bubbles: true}));
      return control !== null;
    }).length;
  });

/** Presses the buttons that end runs or lead back from failures. */
const pressAll = (page: Page): Promise<void> =>
  page.evaluate(() => {
    for (const button of document.querySelectorAll<HTMLButtonElement>(".workbench .status button")) {
      if (!button.hidden && /^(Cancel|Back)/.test(button.textContent ?? "")) button.click();
    }
  });

describe.concurrent.each(pagePaths())("page /%s", (path) => {
  test("shows no figure that differs from its controls after cancel, error, reload and back", async () => {
    const {page, context} = await site.open(path, {before: breakableWorkers});
    if ((await page.locator(".workbench").count()) === 0) return context.close();
    await page.locator(".workbench .setting:not(:empty)").first().waitFor({state: "attached"});
    expect(await contradictions(page)).toEqual([]);

    const moved = await moveAll(page);
    expect(await contradictions(page), "while it runs").toEqual([]);
    await page.waitForTimeout(300);
    await pressAll(page);
    expect(await contradictions(page), "after cancel").toEqual([]);

    await page.evaluate(() => Object.assign(window, {broken: true}));
    await moveAll(page);
    await page.waitForTimeout(400);
    expect(await contradictions(page), "after an error").toEqual([]);
    await pressAll(page);
    expect(await contradictions(page), "back from the error").toEqual([]);
    expect(await page.locator(".workbench .status[data-state=failed]").count()).toBe(0);

    await moveAll(page);
    await page.reload();
    await settled(page);
    expect(await contradictions(page), "after a reload").toEqual([]);
    await page.goto("about:blank");
    await page.goBack();
    await settled(page);
    expect(await contradictions(page), "after back").toEqual([]);
    expect(moved).toBeGreaterThanOrEqual(0);
    await context.close();
  });
});
