import {expect} from "vitest";
import type {attambaExperiment} from "../../../src/lib/experiments/mixers/attamba.js";
import {cardOf} from "../cards/record.js";
import {keptRows} from "../kept.js";
import {type Finding, findingsOf, rowWith} from "./finding.js";

const rows = keptRows<typeof attambaExperiment>("mixers/attamba").filter(({seed}) => seed === "all");
const asTrained = (model: string) => rowWith(rows, {model, varied: "nothing"});

/** Findings of the page on chunks instead of tokens. */
export const mixerFindings: readonly Finding[] = findingsOf("src/mixers/chunks-instead-of-tokens.md", {
  "the curves tell how much it relies on what it was trained with": () => {
    const {perplexityHigh} = asTrained("attamba-small");
    const others = rows.filter(({varied}) => varied === "chunk length" || varied === "ends of chunks");
    for (const {perplexityLow} of others) expect(perplexityLow).toBeGreaterThan(perplexityHigh!);
  },
  "So a token costs about as many operations in each": () => {
    const own = asTrained("attamba-small").operations;
    for (const rival of ["decoder-iso-kv", "decoder-iso-flop"])
      expect(Math.abs(asTrained(rival).operations / own - 1)).toBeLessThan(0.1);
  },
  "the models were still learning": () => {
    for (const model of ["attamba-small", "decoder-iso-kv", "decoder-iso-flop"]) {
      const [before, last] = cardOf(model).training!.log.slice(-2);
      expect(last.perplexity).toBeLessThan(before.perplexity);
    }
  },
});
