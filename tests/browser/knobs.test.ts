import {readFileSync} from "node:fs";
import type {Locator} from "playwright-core";
import {expect, test} from "vitest";
import {costModels} from "../experiments/cost-models.js";
import {pageFile, pagePaths, useSite} from "./site.js";

const site = useSite();

/** Models that search for their rows, in a worker, for a few tenths of a second where a limit is in the way. */
const SEARCHING = ["mixers/flash-rnn"];

/** Every other model of costs, and the pages that ship its rows. */
const analytic = costModels
  .filter(({id}) => !SEARCHING.includes(id))
  .map(({id}) => ({
    id,
    paths: pagePaths().filter((path) => readFileSync(pageFile(path), "utf8").includes(`tables/${id}.arrow`)),
  }));

/** A reader must not see a picture wait, in milliseconds. */
const LIMIT = 50;
/** Places of a knob, as shares of its range or of its options, far from each other. */
const places = Array.from({length: 21}, (_, i) => 0.1 + 0.8 * ((i * 0.618) % 1));

/**
 * Milliseconds from the event of a slider or a list until its view shows another picture of another setting, for each place
 * that it is moved to; the first within the limit is the last.
 */
const move = (knob: Locator, shares: readonly number[]): Promise<number[]> =>
  knob.evaluate(
    async (input: HTMLInputElement | HTMLSelectElement, {shares, limit}) => {
      const section = input.closest("section");
      const drawn = () => section?.querySelector(".veiled")?.innerHTML.length;
      const seen = () => `${section?.querySelector(".setting")?.textContent} ${drawn()}`;
      const taken: number[] = [];
      for (const share of shares) {
        const [before, since, value] = [seen(), performance.now(), input.value];
        if (input instanceof HTMLSelectElement) input.selectedIndex = Math.floor(share * input.length);
        else input.valueAsNumber = Number(input.min) + share * (Number(input.max) - Number(input.min));
        if (input.value === value) continue;
        input.dispatchEvent(new Event("input", {bubbles: true}));
        while (seen() === before && performance.now() - since < 2000)
          await new Promise((resolve) => setTimeout(resolve, 1));
        taken.push(Math.round(performance.now() - since));
        if (taken.at(-1)! <= limit) break;
      }
      return taken;
    },
    {shares, limit: LIMIT},
  );

test.each(analytic)("a knob of $id changes the picture within 50 ms, on $paths", async ({id, paths}) => {
  let views = 0;
  for (const path of paths) {
    const {page, complaints, close} = await site.open(`${path}?guess=skip`);
    const view = page.locator(`[data-experiment='${id}']:not(.answer)`).first();
    if ((await view.count()) > 0) {
      views++;
      const folded = view.locator(":scope > .controls > .advanced");
      if ((await folded.count()) > 0) await folded.locator("summary").click();
      const sliders = view.locator(":scope > .controls input[type=range]");
      const lists = view.locator(":scope > .controls select");
      const knob = ((await sliders.count()) > 0 ? sliders : lists).first();
      await knob.scrollIntoViewIfNeeded();
      // The worker loads its code when a pointer comes to the controls.
      await knob.hover();
      await move(knob, [0.9]);
      await view.locator(".status[data-state=live], .status[data-state=shipped]").waitFor();
      const times = await move(knob, places);
      // The quickest: what else the machine does only ever adds to it.
      expect(times.at(-1), times.join()).toBeLessThanOrEqual(LIMIT);
    }
    expect(complaints).toEqual([]);
    await close();
  }
  expect(views).toBeGreaterThan(0);
});
