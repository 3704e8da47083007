import {expect} from "vitest";
import type {fusemax} from "../../../src/lib/experiments/reductions/fusemax.js";
import type {orders} from "../../../src/lib/experiments/reductions/orders.js";
import type {schedules} from "../../../src/lib/experiments/reductions/schedules.js";
import {keptRows, keptTable} from "../kept.js";
import {type Finding, findingsOf} from "./finding.js";

const dealt = keptRows<typeof schedules>("reductions/schedules");
const onArrays = keptRows<typeof fusemax>("reductions/fusemax");
const summed = keptRows<typeof orders>("reductions/orders");
const cascades = keptTable<typeof orders, "cascades">("reductions/orders", "cascades");

/** Findings of the page on softmax in other orders. */
export const reductionFindings: readonly Finding[] = findingsOf("src/accelerators/softmax-orders.md", {
  "leaves most of a machine idle when heads are few": () => {
    // The second setting of the table is that of few heads.
    const few = dealt.filter(({schedule, setting}) => schedule === "flash-attention-2" && setting === 1);
    expect(few.length).toBeGreaterThan(0);
    for (const {occupancy} of few) expect(occupancy).toBeLessThan(0.5);
  },
  "FLAT leaves all of softmax to the row, which then is what the square waits for": () => {
    // The third setting is a small array at the edge, where the row is less of a limit.
    const large = onArrays.filter(({setting}) => setting < 2);
    const flat = large.filter(({design}) => design === "flat");
    const own = large.filter(({design, tokens}) => design === "fusemax" && tokens >= 4096);
    expect(Math.min(flat.length, own.length)).toBeGreaterThan(5);
    for (const {used} of flat) expect(used).toBeLessThan(0.5);
    for (const {used, speedup} of own) {
      expect(used).toBeGreaterThan(0.75);
      expect(speedup).toBeGreaterThan(1);
    }
  },
  "change who adds what when": () => {
    for (const {worst} of summed) expect(worst).toBeLessThan(1e-6);
    for (const {worst} of cascades) expect(worst).toBeLessThan(1e-13);
  },
});
