import {expect, test} from "vitest";
import {decodingTimesFinding} from "../../../src/components/plots/decoding/decoding-times.js";
import {compose} from "../../../src/lib/experiments/accel/compose.js";
import {LOSSLESS_DRAFTS} from "../../../src/lib/experiments/accel/decoding-choice.js";
import {decodingTimes} from "../../../src/lib/experiments/accel/decoding-times.js";
import {REPORTED_DRAFTS} from "../../../src/lib/reported/draft-speeds.js";

test("accel/decoding-times: every lossless method with the times of its composition, and what is printed of it", async () => {
  const rows = await decodingTimes.run({});
  expect(rows.map(({method}) => method)).toEqual(LOSSLESS_DRAFTS.map(({id}) => id));
  const figuresOf = async (decoding: string) =>
    (await compose.runTables({weights: "fp16", decoding: decoding as never})).figures[0];
  const plain = await figuresOf("plain");
  for (const {method, perTokenMs, times, tokensPerPass} of rows) {
    const figures = await figuresOf(method);
    expect(perTokenMs).toBe(figures.perTokenMs);
    expect(times).toBe(plain.perTokenMs! / figures.perTokenMs!);
    expect(times).toBeLessThan(tokensPerPass);
  }
  const printed = rows.filter(({reportedTimes}) => reportedTimes !== null);
  expect(printed.map(({method}) => method).toSorted()).toEqual(
    REPORTED_DRAFTS.map(({method}) => method).toSorted(),
  );
  expect(decodingTimesFinding(rows, "rtx-4090")).toContain("comes last");
});

test("accel/decoding-times: a model that does not fit says so", async () => {
  const rows = await decodingTimes.run({machine: "raspberry-pi-5"});
  expect(rows.every(({times, refused}) => times === null && refused !== null)).toBe(true);
  expect(decodingTimesFinding(rows, "raspberry-pi-5")).toContain("GB");
});
