import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {confidences} from "../../src/lib/diffusion/confidence.js";
import {maskedModel} from "../../src/lib/diffusion/engine-model.js";
import {schedules} from "../../src/lib/diffusion/schedule.js";
import {finished, unmask} from "../../src/lib/diffusion/unmask.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {floats, goldenPath, loadGolden, maxDifference, type Stored} from "../engine/golden.js";

/** Numbers that the released code gives for a tiny folder. */
interface Released {
  readonly tolerance: number;
  readonly cases: readonly {readonly input_ids: number[]; readonly logits: Stored}[];
  /** Texts before each step and at the end, of runs of the released sampler without noise. */
  readonly runs: readonly {
    readonly prompt: number[];
    readonly tokens: number;
    readonly steps: number;
    readonly block_length: number;
    readonly confidence: string;
    readonly schedule: string;
    readonly texts: number[][];
  }[];
}

describe.each(["llada", "dream"])("the released code of %s", (name) => {
  const released: Released = JSON.parse(readFileSync(`${goldenPath(name)}/released.json`, "utf8"));

  test("gives the logits of the engine, of a text with masks and of a shorter one", async () => {
    const model = await loadGolden(name);
    for (const {input_ids: ids, logits} of released.cases)
      expect(maxDifference(forward(model, ids).data, floats(logits))).toBeLessThan(released.tolerance);
  });

  test("writes the same tokens in the same steps", async () => {
    const model = maskedModel(await loadGolden(name));
    for (const {prompt, tokens, steps, block_length: blockLength, ...rules} of released.runs) {
      const confidence = confidences.byId(rules.confidence);
      const schedule = schedules.byId(rules.schedule);
      const run = finished(unmask(model, prompt, {tokens, steps, blockLength, confidence, schedule}));
      expect([...run.steps.map(({before}) => before), run.result]).toEqual(rules.texts);
    }
  });
});
