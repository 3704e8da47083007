/** Cases of public bug reports on caches that let keys go: drafts that are refused, prompts that come in parts. */

import {expect, test} from "vitest";
import {policyCache} from "../../src/lib/attention/policy-use.js";
import {policies} from "../../src/lib/attention/registry.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {loadFolder, maxDifference, trainedPath} from "../engine/golden.js";

const model = await loadFolder(trainedPath("decoder-small"));
const {config} = model;
const text = (tokens: number) => Array.from({length: tokens}, (_, i) => (i * 29 + 7) % config.vocabSize);

test.each([[128], [64], [32], [1]])(
  "SnapKV holds no more of a prompt in parts of %i than it promises",
  (part) => {
    const session = policyCache(
      policies.byId("snapkv"),
      config,
      {keepFraction: 0.25, window: 8},
      {denseLayers: 0},
    );
    const ids = text(128);
    for (let from = 0; from < 128; from += part) {
      forward(model, ids.slice(from, from + part), {...session, rows: "last"});
    }
    session.cache.endPrompt?.();
    const perHead = session.cache.bytes() / (config.layers * config.kvHeads * (12 + 8 * config.headDim));
    // A quarter of the keys, and the four first ones.
    expect(perHead).toBeLessThanOrEqual(36);
    expect(perHead).toBeGreaterThanOrEqual(32);
  },
);

test.each(["streaming-llm", "h2o", "snapkv"])("%s is after eight refused drafts what it is without", (id) => {
  const [drafted, straight] = [0, 1].map(() =>
    policyCache(policies.byId(id), config, {keepFraction: 0.25}, {denseLayers: 0}),
  ) as [ReturnType<typeof policyCache>, ReturnType<typeof policyCache>];
  const ids = text(41);
  for (const session of [drafted, straight]) {
    forward(model, ids.slice(0, 40), session);
    session.cache.endPrompt?.();
  }
  for (let draft = 1; draft <= 8; draft++) forward(model, [draft], drafted);
  drafted.cache.truncate(40);
  expect(drafted.cache.read(0)).toEqual(straight.cache.read(0));
  if (id === "streaming-llm") {
    expect([...drafted.cache.read(0).positions]).toEqual([0, 1, 2, 3, 34, 35, 36, 37, 38, 39]);
  }
  const [after, without] = [drafted, straight].map((session) => forward(model, [ids[40]], session).data);
  expect(maxDifference(after!, without!)).toBe(0);
});
