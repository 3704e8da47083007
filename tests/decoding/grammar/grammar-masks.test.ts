import {expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {grammarMasks} from "../../../src/lib/experiments/decoding/grammar-masks.js";
import {GRAMMAR_CASES} from "../../../src/lib/experiments/decoding/grammar-texts.js";

test.each(GRAMMAR_CASES.map(({id}) => id))(
  "%s: every mask is that of checking all tokens, with few checks",
  async (id) => {
    const data = await loadData(grammarMasks.needs);
    const rows = await grammarMasks.run({grammar: id, sizes: [4096], texts: 2}, {data});
    const [all, nodes, expanded] = rows;
    expect(all.same).toBe(all.places);
    expect(all.checked).toBe(4096);
    expect(nodes.checked).toBeLessThan(0.1 * all.checked);
    expect(expanded.checked).toBeLessThan(0.5 * nodes.checked);
    expect(all.storedBytes).toBeLessThan(all.bitsetBytes);
    expect(all.steps).toBeLessThan(all.stepsAlone);
  },
);
