import {beforeEach, describe, expect, test, vi} from "vitest";
import {lastLayer, withinLimits} from "../../../src/components/kit/inputs/limits.js";
import {sharedParams} from "../../../src/components/kit/openings/shared-params.js";
import type {Params} from "../../../src/lib/technique/params.js";

const model = (...options: string[]) => ({
  model: {kind: "choice", label: "Model", options, default: options[0] ?? ""} as const,
});
const seed = {seed: {kind: "integer", label: "Seed", min: 0, max: 9, default: 0}} as const;

beforeEach(() => {
  vi.stubGlobal("location", {search: "", pathname: "/page", hash: ""});
  vi.stubGlobal("history", {
    state: null,
    replaceState: (_state: unknown, _title: string, address: string) => {
      location.search = new URL(address, "http://here").search;
    },
  });
});

/** Joins an experiment and keeps the last values that it is told. */
function member(shared: ReturnType<typeof sharedParams>, schema: Params, prefix: string) {
  const told: Record<string, unknown>[] = [];
  const part = shared.join(schema, prefix, (values) => told.push(values));
  return {part, last: () => told.at(-1)};
}

describe("parameters that a page shares", () => {
  test("move in every experiment that has them, and stand once in the address", () => {
    const shared = sharedParams(["model", "seed"]);
    const a = member(shared, {...model("small", "large"), ...seed}, "a.");
    const b = member(shared, model("small", "large"), "b.");
    shared.move({model: "large", seed: 4, other: 1});
    expect(a.last()).toEqual({model: "large", seed: 4});
    expect(b.last()).toEqual({model: "large"});
    expect(location.search).toBe("?model=large&seed=4");
  });

  test("open as the address has them, also where an older link has a prefix", () => {
    location.search = "?b.model=large";
    const part = sharedParams(["model"]).join(model("small", "large"), "b.", () => undefined);
    expect(part.values).toEqual({model: "large"});
    location.search = "?c.model=large";
    const later = sharedParams(["model"]).join(model("small", "large"), "b.", () => undefined);
    expect(later.values).toEqual({model: "large"});
    location.search = "?model=huge";
    const other = sharedParams(["model"]).join(model("small", "large"), "b.", () => undefined);
    expect(other.values).toEqual({model: "small"});
    expect(other.problems).toEqual([expect.stringContaining("model=huge")]);
  });

  test("offer the options of all; an experiment without the chosen one keeps its own and says so", () => {
    const shared = sharedParams(["model"]);
    const all = member(shared, model("small", "large"), "");
    const one = member(shared, model("small"), "");
    shared.move({model: "large"});
    expect(all.part.apart).toEqual([]);
    expect(one.last()).toEqual({});
    expect(one.part.apart).toEqual([
      "Model large is not among the settings of this part: it takes one of small.",
    ]);
    expect(shared.params).toMatchObject({model: {options: ["small", "large"]}});
  });
});

test("a layer is one of its model", () => {
  const params = {...model("decoder-small", "decoder-large"), layer: {...seed.seed, max: 15}};
  const last = (id: string) =>
    withinLimits(params, {layer: lastLayer}, {model: id, layer: 9} as never) as {layer: number};
  expect(last("decoder-small").layer).toBe(3);
  expect(last("decoder-large").layer).toBe(7);
});
