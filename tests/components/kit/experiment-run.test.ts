import {beforeEach, describe, expect, test, vi} from "vitest";
import {inStep} from "../../../src/components/kit/openings/in-step.js";
import {experimentRun, type RunView} from "../../../src/components/kit/runs/experiment-run.js";
import type {RowState} from "../../../src/components/kit/runs/live-rows.js";
import {experiment} from "../../../src/lib/experiment/experiment.js";
import {runSweep, sweepSettings} from "../../../src/lib/experiment/sweep.js";
import {experimentMetadata, withGivenColumns} from "../../../src/lib/experiment/table.js";
import {rowsToArrow} from "../../../src/lib/io/arrow.js";

const {askWorker} = vi.hoisted(() => ({askWorker: vi.fn()}));
const end = vi.hoisted(() => vi.fn());
vi.mock("../../../src/components/kit/runs/worker-run.js", () => ({
  askWorker,
  keptWorker: () => ({ask: askWorker, end}),
}));
vi.mock("../../../src/components/kit/runs/model-data.js", () => ({modelData: () => ({})}));

const measured = {provenance: "measured"} as const;

const powers = experiment({
  id: "numbers/powers",
  title: "Powers",
  question: "How fast do they grow?",
  source: "arithmetic",
  params: {
    base: {kind: "integer", label: "Base", min: 2, max: 9, default: 2},
    count: {kind: "integer", label: "Count", min: 1, max: 9, default: 1},
  },
  columns: {value: {type: "integer", label: "Value"}},
  tables: {digits: {digits: {type: "integers", label: "Digits"}}},
  needs: [],
  sweep: [{}, {base: 3}],
  run({base, count}) {
    const values = Array.from({length: count}, (_, i) => base ** (i + 1));
    return {
      rows: values.map((value) => ({value, ...measured})),
      digits: values.map((value) => ({digits: Array.from(String(value), Number), ...measured})),
    };
  },
});

async function shipped(): Promise<{main: ArrayBuffer; digits: ArrayBuffer}> {
  const {rows, digits} = await runSweep(powers);
  const metadata = experimentMetadata(powers, sweepSettings(powers));
  const main = rowsToArrow(withGivenColumns(powers.columns, true), rows, metadata);
  const parts = rowsToArrow(withGivenColumns(powers.tables.digits, true), digits, metadata);
  return {main: main.slice().buffer, digits: parts.slice().buffer};
}

/** A view that keeps what it hears. */
function ear() {
  const moved: unknown[] = [];
  const states: RowState[] = [];
  const view: RunView = {moved: (values) => moved.push(values), show: (state) => states.push(state)};
  const last = () => states.at(-1)!;
  return {view, moved, states, last};
}

const rowsOf = (state: RowState) => ("tables" in state ? state.tables.rows.map(({value}) => value) : []);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("location", {search: "", pathname: "/page", hash: ""});
  vi.stubGlobal("history", {
    state: null,
    replaceState: (_state: unknown, _title: string, address: string) => {
      location.search = new URL(address, "http://here").search;
    },
  });
  askWorker.mockReset();
  end.mockReset();
  askWorker.mockImplementation(({params}) => powers.runTables(params));
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

describe("a run with several views", () => {
  test("shows all of them the shipped rows of its setting, in every table, and asks no worker", async () => {
    const {main, digits} = await shipped();
    const run = experimentRun(main, {tables: {digits}});
    const [first, second] = [ear(), ear()];
    run.watch(first.view);
    run.watch(second.view);
    expect(run.experiment.title).toBe("Powers");
    expect(first.last()).toEqual(second.last());
    expect(first.last()).toEqual({
      kind: "shipped",
      tables: {rows: [{value: 2, setting: 0, ...measured}], digits: [{digits: [2], setting: 0, ...measured}]},
      values: {base: 2, count: 1},
    });
    expect(askWorker).not.toHaveBeenCalled();
  });

  test("runs once where a parameter moves, and tells the views that did not move it", async () => {
    const run = experimentRun((await shipped()).main);
    const [first, second] = [ear(), ear()];
    run.watch(first.view);
    run.watch(second.view);
    run.move({base: 5, count: 2}, first.view);
    await vi.runAllTimersAsync();
    expect(askWorker).toHaveBeenCalledTimes(1);
    expect(first.moved).toEqual([]);
    expect(second.moved).toEqual([{base: 5, count: 2}]);
    for (const {last} of [first, second]) expect([last().kind, rowsOf(last())]).toEqual(["live", [5, 25]]);
    expect(location.search).toBe("?base=5&count=2");
  });

  test("shows the view that is moved its rows before the others, and all of them what ends a run", async () => {
    const run = experimentRun((await shipped()).main);
    const [first, second] = [ear(), ear()];
    run.watch(first.view);
    run.watch(second.view);
    run.move({base: 3, count: 1}, second.view);
    expect([first, second].map(({last}) => rowsOf(last()))).toEqual([[2], [3]]);
    await vi.runAllTimersAsync();
    expect(rowsOf(first.last())).toEqual([3]);
    askWorker.mockImplementationOnce(() => new Promise(() => {}));
    run.run();
    expect([first, second].map(({last}) => last().kind)).toEqual(["running", "running"]);
    run.cancel();
    expect([first, second].map(({last}) => last().kind)).toEqual(["shipped", "shipped"]);
  });

  test("goes back to shipped rows without a worker, and a view that comes late has them at once", async () => {
    const run = experimentRun((await shipped()).main);
    run.move({base: 3, count: 1});
    const late = ear();
    run.watch(late.view);
    expect(rowsOf(late.last())).toEqual([3]);
    await vi.runAllTimersAsync();
    expect(askWorker).not.toHaveBeenCalled();
  });

  test("begins with the parameters of its part of the address, and says what is wrong there", () => {
    location.search = "?a.base=7&a.count=99&b.base=4";
    const run = experimentRun(powers, {prefix: "a."});
    expect(run.values).toEqual({base: 7, count: 1});
    expect(run.problems).toEqual([expect.stringContaining("a.count=99")]);
  });

  test("tells a failure to all views, and one that is cancelled brings the rows back", async () => {
    const run = experimentRun((await shipped()).main);
    const one = ear();
    run.watch(one.view);
    askWorker.mockRejectedValueOnce(new Error("no"));
    run.run();
    await vi.runAllTimersAsync();
    expect(one.last()).toEqual({kind: "failed", message: "no"});
    run.move({base: 3, count: 1});
    askWorker.mockImplementationOnce(() => new Promise(() => {}));
    run.run();
    expect(one.last().kind).toBe("running");
    run.cancel();
    expect(rowsOf(one.last())).toEqual([3]);
  });
});

describe("a setting that no table has", () => {
  test("data that the site lacks is a failure, not a run without end", async () => {
    const {main, digits} = await shipped();
    const data = () => {
      throw new RangeError("modelData: needs must be on the site");
    };
    const run = experimentRun(main, {tables: {digits}, data});
    const view = ear();
    run.watch(view.view);
    run.run();
    await vi.runAllTimersAsync();
    expect(view.last()).toMatchObject({kind: "failed"});
  });

  test("opens with the nearest rows, and cancelling leaves the controls at what they show", async () => {
    location.search = "?base=4";
    askWorker.mockImplementation(() => new Promise(() => {}));
    const run = experimentRun((await shipped()).main);
    const one = ear();
    run.watch(one.view);
    expect([one.last().kind, rowsOf(one.last())]).toEqual(["nearest", [3]]);
    run.cancel();
    expect([one.last().kind, rowsOf(one.last())]).toEqual(["shipped", [3]]);
    expect(run.values).toEqual({base: 3, count: 1});
    expect(one.moved).toEqual([{base: 3, count: 1}]);
    expect(location.search).toBe("?base=3");
  });

  test("a failure leaves the earlier rows with the values that gave them, and a late view has both", async () => {
    const run = experimentRun((await shipped()).main);
    askWorker.mockRejectedValueOnce(new Error("no"));
    run.move({base: 4, count: 1});
    await vi.runAllTimersAsync();
    const late = ear();
    run.watch(late.view);
    expect(late.states).toMatchObject([
      {kind: "shipped", values: {base: 2}},
      {kind: "failed", message: "no"},
    ]);
    run.cancel();
    expect(run.values.base).toBe(2);
  });

  test("of many asked for while one runs, only the last is run, and the worker is kept", async () => {
    const run = experimentRun((await shipped()).main);
    const one = ear();
    run.watch(one.view);
    for (const count of [2, 3, 4, 5]) run.move({base: 2, count});
    await vi.runAllTimersAsync();
    expect(askWorker.mock.calls.map(([{params}]) => params.count)).toEqual([2, 5]);
    expect(one.last()).toMatchObject({kind: "live", values: {count: 5}});
    expect(end).not.toHaveBeenCalled();
  });

  test("what is asked for last wins over a run that hangs", async () => {
    const run = experimentRun((await shipped()).main);
    const one = ear();
    run.watch(one.view);
    askWorker.mockImplementationOnce(() => new Promise(() => {}));
    run.move({base: 2, count: 2});
    run.move({base: 2, count: 3});
    await vi.runAllTimersAsync();
    expect(rowsOf(one.last())).toEqual([2, 4, 8]);
    expect(end).toHaveBeenCalledTimes(1);
  });

  test("an answer that comes after shipped rows were asked for is not shown", async () => {
    const run = experimentRun((await shipped()).main);
    const one = ear();
    run.watch(one.view);
    run.move({base: 2, count: 2});
    run.move({base: 3, count: 1});
    await vi.runAllTimersAsync();
    expect([one.last().kind, rowsOf(one.last())]).toEqual(["shipped", [3]]);
  });
});

test("runs in step follow each other in the named parameters alone, and come to rest", async () => {
  const [one, other] = [experimentRun((await shipped()).main), experimentRun((await shipped()).main)];
  inStep([one, other] as never, ["base"]);
  one.move({base: 6, count: 3});
  expect(other.values).toEqual({base: 6, count: 1});
  other.move({base: 7, count: 1});
  expect(one.values).toEqual({base: 7, count: 3});
});
