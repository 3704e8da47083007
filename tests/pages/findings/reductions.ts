import {expect} from "vitest";
import type {orders} from "../../../src/lib/experiments/reductions/orders.js";
import type {schedules} from "../../../src/lib/experiments/reductions/schedules.js";
import {keptRows, keptTable} from "../kept.js";
import {type Finding, findingsOf} from "./finding.js";

const dealt = keptRows<typeof schedules>("reductions/schedules");
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
  "change who adds what when": () => {
    for (const {worst} of summed) expect(worst).toBeLessThan(1e-6);
    for (const {worst} of cascades) expect(worst).toBeLessThan(1e-13);
  },
});
