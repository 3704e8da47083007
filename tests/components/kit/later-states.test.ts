import {expect, test, vi} from "vitest";
import {laterStates} from "../../../src/components/kit/runs/later-states.js";
import type {RowState} from "../../../src/components/kit/runs/live-rows.js";

const rows = (count: number): RowState => ({kind: "live", tables: {rows: []}, values: {count}});
const running = (share: number): RowState => ({kind: "running", share});

test("states are handed on later in their order, of rows only the last", () => {
  vi.useFakeTimers();
  const seen: RowState[] = [];
  const hear = laterStates((state) => seen.push(state));
  for (const state of [rows(1), running(0.5), rows(2), running(0.1), running(0.2)]) hear(state, false);
  expect(seen).toEqual([]);
  vi.runAllTimers();
  expect(seen).toEqual([rows(2), running(0.1), running(0.2)]);
  hear(rows(3), false);
  hear(running(0), true);
  expect(seen.slice(3)).toEqual([rows(3), running(0)]);
  vi.runAllTimers();
  expect(seen).toHaveLength(5);
  vi.useRealTimers();
});
