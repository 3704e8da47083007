import {expect} from "vitest";
import type {compiledSentence} from "../../../src/lib/experiments/compiled/one-sentence.js";
import type {staticShapes} from "../../../src/lib/experiments/compiled/static-shapes.js";
import {keptRows} from "../kept.js";
import {type Finding, findingsOf} from "./finding.js";

const shapes = keptRows<typeof staticShapes>("compiled/static-shapes");
const sentence = keptRows<typeof compiledSentence>("compiled/one-sentence");

/** Findings of the page on compiled shapes. */
export const compiledFindings: readonly Finding[] = findingsOf("src/decoding/compiled-shapes.md", {
  "equal means the same bits until the cache is full": () => {
    for (const {equal, difference} of shapes) expect([equal, difference]).toEqual([1, 0]);
    const full = sentence.filter(({setting, position}) => setting === 0 || position < 8);
    expect(full.length).toBeGreaterThan(10);
    for (const {difference} of full) expect(difference).toBe(0);
  },
  "A prompt that is read in pieces needs fewer runs": () => {
    const runs = (piece: number) =>
      shapes.find((row) => row.way === "fixed" && row.model === "decoder-small" && row.piece === piece)?.runs;
    expect(runs(32)).toBeLessThan(runs(1) ?? 0);
  },
});
