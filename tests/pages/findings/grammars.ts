import {expect} from "vitest";
import type {grammarMasks} from "../../../src/lib/experiments/decoding/grammar-masks.js";
import type {grammarText} from "../../../src/lib/experiments/decoding/grammar-text.js";
import {keptRows} from "../kept.js";
import {distinct, type Finding, findingsOf, rowWith} from "./finding.js";

const masks = keptRows<typeof grammarMasks>("decoding/grammar-masks");
const words = keptRows<typeof grammarText>("decoding/grammar-text");

/** Findings of the page on grammars. */
export const grammarFindings: readonly Finding[] = findingsOf("src/decoding/only-what-parses.md", {
  "which refuses most of them beforehand": () => {
    for (const grammar of distinct(masks, (row) => row.grammar))
      for (const tokens of distinct(masks, (row) => row.tokens)) {
        const left = (method: string) => rowWith(masks, {grammar, tokens, method}).checked;
        const expanded = left("node masks, context expansion");
        expect(expanded).toBeLessThan(0.5 * left("node masks"));
      }
  },
  "both must be the same": () => {
    for (const {same, places} of masks) expect(same).toBe(places);
  },
  "where the model gives the allowed words almost no probability, the text parses and is wrong": () => {
    const changed = words.find(({word, freely}) => word !== freely)!;
    expect(changed.allowedChance).toBeLessThan(0.01);
  },
});
