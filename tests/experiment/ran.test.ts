import {expect, test} from "vitest";
import {ranText} from "../../src/components/kit/text/status-line.js";
import {ranFromText, ranToText} from "../../src/lib/experiment/ran.js";

const ran = {machine: "2 cores, some processor", node: "20.1.0", date: "2026-01-31"};

test("how settings were run comes back from the text of a table's metadata", () => {
  const settings = [
    {...ran, seconds: 1.25},
    {...ran, date: "2026-02-01", seconds: 0},
    {...ran, seconds: 70},
  ];
  expect(ranFromText(ranToText(settings))).toEqual(settings);
  expect(ranToText(settings).match(/some processor/g)).toHaveLength(2);
});

test.each([
  [0.004, "less than 0.1 s"],
  [2.345, "2.3 s"],
  [71.6, "72 s"],
])("a page says of %d seconds: %s", (seconds, time) => {
  expect(ranText({...ran, seconds})).toBe(
    `Run on 2 cores, some processor (Node 20.1.0, 2026-01-31) in ${time}.`,
  );
});
