import fc from "fast-check";
import {expect, test, vi} from "vitest";
import {readState, rememberState, writeState} from "../../../src/components/kit/address/url-state.js";
import type {Params} from "../../../src/lib/technique/params.js";

const params = {
  bits: {kind: "integer", label: "Bits", min: 2, max: 8, default: 4},
  share: {kind: "number", label: "Share", min: 0, max: 1, default: 0.5},
  rule: {kind: "choice", label: "Rule", options: ["floor", "even"], default: "floor"},
  blocks: {kind: "choices", label: "Blocks", options: [16, 32, 64], default: [32]},
  exact: {kind: "flag", label: "Exact", default: false},
} as const satisfies Params;

test("an empty address is the default state, and the default state an empty address", () => {
  const {values, problems} = readState(params, "");
  expect(values).toEqual({bits: 4, share: 0.5, rule: "floor", blocks: [32], exact: false});
  expect(problems).toEqual([]);
  expect(writeState(params, values, "")).toBe("");
});

test("every state comes back from its own address", () => {
  const state = fc.record({
    bits: fc.integer({min: 2, max: 8}),
    share: fc.double({min: 0, max: 1, noNaN: true}).map((value) => value + 0),
    rule: fc.constantFrom("floor" as const, "even" as const),
    blocks: fc.subarray([16, 32, 64] as (16 | 32 | 64)[], {minLength: 1}),
    exact: fc.boolean(),
  });
  fc.assert(
    fc.property(state, fc.constantFrom("", "x."), (values, prefix) => {
      expect(readState(params, writeState(params, values, "", prefix), prefix)).toEqual({
        values,
        problems: [],
      });
    }),
    {seed: 3},
  );
});

test("a bad value falls back alone, with a sentence that says what is allowed", () => {
  const {values, problems} = readState(params, "?bits=9&rule=even&blocks=16,17&exact=yes&share=");
  expect(values).toEqual({bits: 4, share: 0.5, rule: "even", blocks: [32], exact: false});
  expect(problems).toEqual([
    "The address says bits=9, but Bits must be an integer from 2 to 8; its default is shown.",
    "The address says share=, but Share must be a number from 0 to 1; its default is shown.",
    "The address says blocks=16,17, but Blocks must be one or more, each once, of 16, 32, 64; its default is shown.",
    "The address says exact=yes, but Exact must be true or false; its default is shown.",
  ]);
});

test("a long bad value is cut before it is shown", () => {
  const [problem] = readState(params, `?bits=${"9".repeat(500)}`).problems;
  expect(problem.length).toBeLessThan(160);
});

test("what belongs to others stays in the address", () => {
  const {values} = readState(params, "?other=1&a.bits=3", "b.");
  expect(writeState(params, {...values, bits: 8}, "?other=1&a.bits=3", "b.")).toBe(
    "?other=1&a.bits=3&b.bits=8",
  );
});

test("names that every object has are no parameters", () => {
  expect(readState(params, "?constructor=1&__proto__=2").problems).toEqual([]);
});

test("a control that is dragged changes the address a few times a second, and its last value stands there", () => {
  vi.useFakeTimers({now: 1_000_000});
  const replaceState = vi.fn((_state, _title, address: string) => {
    location.search = new URL(address, "http://here").search;
  });
  vi.stubGlobal("location", {search: "?other=1", pathname: "/page", hash: ""});
  vi.stubGlobal("history", {state: null, replaceState});
  const at = readState(params, "").values;
  for (let i = 0; i < 100; i++) rememberState(params, {...at, bits: 2 + (i % 7), share: i / 100});
  expect(replaceState.mock.calls.length).toBeLessThanOrEqual(20);
  vi.runAllTimers();
  expect(location.search).toBe("?other=1&share=0.99&bits=3");
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
