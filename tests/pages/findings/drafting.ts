import {expect} from "vitest";
import {hamburger} from "../../../src/lib/decoding/hamburger/hamburger.js";
import type {writtenGroups} from "../../../src/lib/experiments/decoding/groups.js";
import {keptRows} from "../kept.js";
import {type Finding, findingsOf, rowWith} from "./finding.js";

const groups = keptRows<typeof writtenGroups>("decoding/groups");

/** Findings of the page on drafting and verifying. */
export const draftingFindings: readonly Finding[] = findingsOf("src/decoding/drafting-and-verifying.md", {
  "what it writes is not the published model's text": () => {
    const {same, documents} = rowWith(groups, {confidence: hamburger.params.confidence.default});
    expect(same).toBeLessThan(documents);
  },
});
