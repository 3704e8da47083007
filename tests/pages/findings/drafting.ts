import {expect} from "vitest";
import {hamburger} from "../../../src/lib/decoding/hamburger/hamburger.js";
import type {writtenGroups} from "../../../src/lib/experiments/decoding/groups.js";
import type {layersAtOnce} from "../../../src/lib/experiments/decoding/layers-at-once.js";
import {keptRows} from "../kept.js";
import {type Finding, findingsOf, rowWith} from "./finding.js";

const groups = keptRows<typeof writtenGroups>("decoding/groups");

const layers = keptRows<typeof layersAtOnce>("decoding/layers-at-once");

/** Findings of the page on drafting and verifying. */
export const draftingFindings: readonly Finding[] = findingsOf("src/decoding/drafting-and-verifying.md", {
  "layer by layer it drafts exactly what it writes": () => {
    const own = layers.filter(({draft, atOnce}) => draft === "decoder-large" && atOnce === 1);
    expect(own.length).toBeGreaterThan(0);
    for (const {accepted} of own) expect(accepted).toBe(1);
  },
  "what it writes is not the published model's text": () => {
    const {same, documents} = rowWith(groups, {confidence: hamburger.params.confidence.default});
    expect(same).toBeLessThan(documents);
  },
});
