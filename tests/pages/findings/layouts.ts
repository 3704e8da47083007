import {expect} from "vitest";
import {layoutRows} from "../../../src/components/plots/accel/layouts.js";
import type {layouts} from "../../../src/lib/experiments/accel/layouts.js";
import {keptRows} from "../kept.js";
import {distinct, type Finding, findingsOf} from "./finding.js";

const rows = keptRows<typeof layouts>("accel/layouts");
const run = rows.filter(({loads}) => loads !== null);

/** Findings of the page on register layouts. */
export const layoutsFindings: readonly Finding[] = findingsOf("src/accelerators/layouts.md", {
  "Its product equals the plain one for every type of weight": () => {
    expect(distinct(run, ({distance}) => distance)).toEqual([0]);
    expect(distinct(run, ({element}) => element)).toEqual(distinct(rows, ({element}) => element));
  },
  "nearly as many on both ways": () => {
    const extractions = (isPacked: boolean) => layoutRows(run, isPacked).map((row) => row.extractions!);
    const [packed, plain] = [extractions(true), extractions(false)];
    expect(Math.max(...packed, ...plain)).toBeLessThan(1.25 * Math.min(...packed, ...plain));
  },
  "are such tiles for most widths; four of them side by side are large enough for all": () => {
    const widths = (layout: string) =>
      layoutRows(
        rows.filter((row) => row.layout === layout),
        true,
      ).length;
    expect(widths("weights of m16n8k8")).toBeLessThan(4);
    expect(widths("weights, four products wide")).toBe(8);
  },
});
