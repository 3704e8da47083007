import {readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {pages} from "./prose.js";

/** Tables whose intervals are of a model that was trained: they say nothing of another training run. */
const OF_TRAINED_MODELS =
  /tables\/(?:claims\/|models\/formats-on-model|kv\/small-caches|kv\/sharing|diffusion\/passes|attention\/policies|ssm\/quantization|ssm\/packed-state|ssm\/forgetting|ssm\/vmeanba|accel\/elsa-accuracy)/;

test("every page with intervals of trained models says that each was trained once", () => {
  const sources = pages().map((page) => ({page, source: readFileSync(page, "utf8")}));
  const measured = sources.filter(({source}) => OF_TRAINED_MODELS.test(source));
  expect(measured.length).toBeGreaterThan(5);
  const silent = measured.filter(({source}) => !/trained once|one training run/i.test(source));
  expect(silent.map(({page}) => page)).toEqual([]);
});
