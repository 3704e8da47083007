import {describe, expect, test} from "vitest";
import {given, i32} from "./golden-file.js";

describe("partition", () => {
  const rule = (unit: string) => ({kind: "partition", index: "index", sizes: "sizes", unit});
  const tolerance = {
    index: rule("cluster"),
    sizes: rule("cluster"),
    per: rule("cluster"),
    of: rule("member"),
  };
  const declared = Object.fromEntries(
    Object.keys(tolerance).map((name) => [name, {dtype: "i32", shape: [null]}]),
  );
  const outputs = {index: i32(2, 0, 1), sizes: i32(2, 1), per: i32(7, 8, 9, 10), of: i32(20, 0, 10)};

  test("takes clusters and members in any order, with what belongs to them", () => {
    const report = given(
      {index: [1, 0, 2], sizes: [1, 2], per: [9, 10, 7, 8], of: [10, 0, 20]},
      declared,
      outputs,
      tolerance,
    );
    expect(report.reason).toBeUndefined();
    expect(report.verdict).toBe("agrees");
  });

  test.each([
    ["another set", {index: [0, 1, 2], sizes: [2, 1]}, "has no cluster of 0,2"],
    ["what belongs to a cluster", {per: [8, 7, 9, 10]}, "per: cluster 0,2 has 8,7, expected 7,8"],
    ["what belongs to a member", {of: [20, 0, 11]}, "of: cluster 1 has 11, expected 10"],
    ["the number of clusters", {sizes: [3]}, "has 1 clusters, expected 2"],
    ["sizes that do not add up", {sizes: [2, 2]}, "sizes must add up to index"],
  ])("differs in %s", (_what, change, reason) => {
    const same = {index: [2, 0, 1], sizes: [2, 1], per: [7, 8, 9, 10], of: [20, 0, 10]};
    const report = given({...same, ...change}, declared, outputs, tolerance);
    expect(report.verdict).toBe("differs");
    expect(report.reason).toContain(reason);
  });

  test("matches clusters of the same members by what belongs to them", () => {
    const empty = {index: i32(0), sizes: i32(0, 1, 0), per: i32(1, 2, 3)};
    const got = {index: [0], sizes: [0, 0, 1], per: [3, 1, 2]};
    const report = given(got, declared, empty, tolerance);
    expect(report.verdict).toBe("agrees");
  });
});
