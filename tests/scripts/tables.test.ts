import {describe, expect, test} from "vitest";
import {fitsGlob} from "../../scripts/glob.js";
import {duration, timeLeft} from "../../scripts/time-left.js";

test.each([
  ["*", true],
  ["kv/*", true],
  ["*/small-caches", true],
  ["kv/small-cache?", true],
  ["kv", false],
  ["kv.small-caches", false],
  ["(kv)/*", false],
])("kv/small-caches fits %s: %s", (glob, fits) => {
  expect(fitsGlob("kv/small-caches", glob)).toBe(fits);
});

describe("the time left", () => {
  test("follows the share of the expected seconds, not the number of settings", () => {
    let now = 0;
    const clock = timeLeft([30, 10], () => now);
    now = 60;
    expect(clock(30)).toEqual([0.75, "1 of 2 settings, 20 s left"]);
    now = 80;
    expect(clock(10)).toEqual([1, "2 of 2 settings, 0 s left"]);
  });

  test.each([
    [59.4, "59 s"],
    [185, "3 min 5 s"],
    [3725, "1 h 2 min"],
  ])("reads %d seconds as %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
