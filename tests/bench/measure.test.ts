import {describe, expect, test} from "vitest";
import {DEFAULTS, measureInTurn} from "../../bench/harness/measure.js";

/** A clock that only the sides move, and a log of who ran. */
function world() {
  let time = 0;
  const log: string[] = [];
  const side = (name: string, seconds: number) => () => {
    log.push(name);
    time += seconds;
  };
  return {log, side, now: () => time};
}

const quick = {samples: 3, warmUp: 0, sample: 0};

describe("measureInTurn", () => {
  test("tells the seconds of one run of each side", async () => {
    const {side, now} = world();
    const [a, b] = await measureInTurn([side("a", 2), side("b", 0.5)], {...quick, now});
    expect(a).toEqual([2, 2, 2]);
    expect(b).toEqual([0.5, 0.5, 0.5]);
  });

  test("lets the sides take turns once all are warm", async () => {
    const {log, side, now} = world();
    await measureInTurn([side("a", 1), side("b", 1)], {...quick, now});
    expect(log.join("")).toBe("aaabbb" + "ababab");
  });

  test("warms up for the time asked for, three runs at least", async () => {
    const {log, side, now} = world();
    await measureInTurn([side("a", 1)], {samples: 1, warmUp: 10, sample: 0, now});
    expect(log.length).toBe(10 + 1);
  });

  test("repeats a quick run until a sample is long enough, and divides by the repetitions", async () => {
    const {log, side, now} = world();
    const [a] = await measureInTurn([side("a", 0.25)], {samples: 2, warmUp: 0, sample: 1, now});
    expect(log.length).toBe(3 + 2 * 4);
    expect(a).toEqual([0.25, 0.25]);
  });

  test("waits for a side that works in the background", async () => {
    let time = 0;
    const later = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      time += 3;
    };
    const [a] = await measureInTurn([later], {...quick, now: () => time});
    expect(a).toEqual([3, 3, 3]);
  });

  test("takes at least 15 samples by default", () => {
    expect(DEFAULTS.samples).toBeGreaterThanOrEqual(15);
  });
});
