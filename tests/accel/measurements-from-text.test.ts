import {describe, expect, test} from "vitest";
import {compareMeasurements, measurementsFromText} from "../../src/lib/accel/measurements.js";

describe("a reader's own measurements", () => {
  test("are one a line, spaces and empty lines aside", () => {
    const found = measurementsFromText(
      "\n rtx-4090 ,llama-3.1-8b, 4.25 , 100\n\nm2-ultra, llama-2-7b, 4, 31.57\n",
    );
    expect(
      found.map(({machine, model, weightBits, tokensPerSecond}) => [
        machine,
        model,
        weightBits,
        tokensPerSecond,
      ]),
    ).toEqual([
      ["rtx-4090", "llama-3.1-8b", 4.25, 100],
      ["m2-ultra", "llama-2-7b", 4, 31.57],
    ]);
  });

  test("reach a share of the bound that grows with the speed and, at the same speed, with the bits", () => {
    const [slow, fast, heavy] = compareMeasurements(
      measurementsFromText(
        "rtx-4090, llama-3.1-8b, 8, 50\nrtx-4090, llama-3.1-8b, 8, 100\nrtx-4090, llama-3.1-8b, 16, 50",
      ),
    );
    expect(fast.ratio).toBeCloseTo(2 * slow.ratio, 12);
    expect(heavy.ratio).toBeGreaterThan(1.5 * slow.ratio);
  });

  test("of an empty text are none", () => expect(measurementsFromText(" \n ")).toEqual([]));

  test.each([
    [
      "rtx-4090, llama-3.1-8b, 4",
      /line 1 must be machine, model, bits per weight, tokens per second, got 3 of the four/,
    ],
    ["\nrtx-9, llama-3.1-8b, 4, 10", /line 2: machine must be one of .*rtx-4090.*, got rtx-9/],
    ["rtx-4090, gpt-9, 4, 10", /line 1: model must be one of .*llama-3.1-8b.*, got gpt-9/],
    ["rtx-4090, llama-3.1-8b, many, 10", /bits per weight must be a number from 1 to 32, got many/],
    ["rtx-4090, llama-3.1-8b, 4, 0", /tokens per second must be a number above 0, got 0/],
    ["rtx-4090, llama-3.1-8b, 4, Infinity", /tokens per second must be a number above 0, got Infinity/],
  ])("%j is refused with what is allowed", (text, message) => {
    expect(() => measurementsFromText(text)).toThrow(message);
  });
});
