import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import type {DataSets} from "../../../src/lib/experiment/experiment.js";
import {attentionPrompt, FULL} from "../../../src/lib/experiments/attention/prompt.js";

type Rows = Awaited<ReturnType<typeof attentionPrompt.run>>;
type Params = Parameters<typeof attentionPrompt.run>[0];

const FACTS = "fact otter amber plum . slow road runs under still night . fact heron velvet bell .";
/** The words of the haystack are many enough for a window of a quarter to lose the fact. */
const LONG = `${FACTS} quiet river carries light across open valley . small house stands far away . query heron`;

let data: DataSets;
beforeAll(async () => {
  data = await loadData(attentionPrompt.needs);
});

const run = (given: Params = {}) => attentionPrompt.run(given, {data});
const wordsOf = (rows: Rows, policy: string) =>
  rows.filter((row) => row.policy === policy && row.part === "word");
const keysOf = (rows: Rows, policy: string, step: number) =>
  rows.filter((row) => row.policy === policy && row.part === "key" && row.step === step);
/** What a policy makes the model write after the prompt. */
const answerOf = (rows: Rows, policy: string, words: number) =>
  wordsOf(rows, policy)
    .slice(-words)
    .map(({expected}) => expected)
    .join(" ");

describe("attention/prompt", () => {
  test("the full model answers a query, and so does the oracle with a quarter of the tokens", async () => {
    const rows = await run({prompt: LONG, policies: ["oracle", "streaming-llm", "h2o"]});
    expect(answerOf(rows, FULL, 2)).toBe("velvet bell");
    expect(answerOf(rows, "oracle", 2)).toBe("velvet bell");
    expect(answerOf(rows, "streaming-llm", 2)).not.toBe("velvet bell");
    for (const policy of ["oracle", "streaming-llm", "h2o"]) {
      const last = wordsOf(rows, policy).slice(-2);
      expect(last.every(({agrees}) => agrees)).toBe(policy === "oracle");
    }
  });

  test("in a retrieval head the answer is what matters, and StreamingLLM has let it go", async () => {
    const rows = await run({prompt: LONG, head: "2", policies: ["oracle", "streaming-llm"]});
    const step = wordsOf(rows, FULL).length - 2;
    const position = LONG.split(" ").lastIndexOf("velvet") + 1;
    const weight = (policy: string) => keysOf(rows, policy, step).find((row) => row.position === position);
    expect(weight(FULL)!.importance).toBeGreaterThan(0.8);
    expect(weight("oracle")).toMatchObject({kept: 1});
    expect(weight("streaming-llm")).toBeUndefined();
  });

  test("a budget of everything is the full model, step by step, for every policy", async () => {
    const policies = attentionPrompt.params.policies.options;
    const rows = await run({prompt: FACTS, keep: 1, policies});
    const full = wordsOf(rows, FULL);
    for (const policy of policies) {
      const words = wordsOf(rows, policy);
      expect(words.map(({probability}) => probability)).toEqual(full.map(({probability}) => probability));
      expect(words.every(({agrees, kept}) => agrees && kept === 1)).toBe(true);
    }
  });

  test("has a step for every token that is read or written, and a key for every one that is kept", async () => {
    const rows = await run({prompt: FACTS, words: 3, policies: ["oracle"], layer: 0});
    const words = wordsOf(rows, "oracle");
    const read = FACTS.split(" ").length + 1;
    expect(words).toHaveLength(read + 2);
    expect(words.map(({written}) => written)).toEqual(words.map((_, step) => step >= read));
    expect(
      words
        .slice(1, read)
        .map(({word}) => word)
        .join(" "),
    ).toBe(FACTS);
    // What is written is what was expected one step before.
    for (const step of [read, read + 1]) expect(words[step].word).toBe(words[step - 1].expected);
    // The first layer keeps everything.
    words.forEach((_, step) => {
      const keys = keysOf(rows, "oracle", step);
      expect(keys.map(({position}) => position)).toEqual(Array.from({length: step + 1}, (_, j) => j));
      expect(keys.reduce((sum, {importance}) => sum + importance!, 0)).toBeCloseTo(1, 9);
    });
  });

  test("keeps what the budget allows, the sinks beside it, in each head", async () => {
    const rows = await run({prompt: LONG, head: "1", policies: ["oracle", "quest", "random"], sinks: 2});
    for (const policy of ["oracle", "quest", "random"]) {
      wordsOf(rows, policy).forEach((_, step) => {
        const kept = keysOf(rows, policy, step).filter((row) => row.kept === 1);
        const budget = Math.ceil((step + 1) * 0.25);
        expect(kept.length).toBeGreaterThanOrEqual(budget);
        expect(kept.length).toBeLessThanOrEqual(budget + 2);
        expect(kept.map(({position}) => position)).toEqual(expect.arrayContaining(step > 0 ? [0, 1] : [0]));
      });
    }
  });

  test("what is kept is what the policy finds most important, in the layer and head that are shown", async () => {
    const ranked = ["oracle", "token-butler", "quest", "quest-released"] as const;
    const rows = await run({prompt: LONG, head: "3", policies: ranked, sinks: 0});
    for (const policy of ranked) {
      wordsOf(rows, policy).forEach((_, step) => {
        const keys = keysOf(rows, policy, step);
        const [kept, dropped] = [1, 0].map((flag) =>
          keys.filter((row) => row.kept === flag).map(({importance}) => importance!),
        );
        expect(Math.min(...kept)).toBeGreaterThanOrEqual(Math.max(0, ...dropped));
      });
    }
  });

  test("what H2O and SnapKV think of keys adds up to one", async () => {
    const rows = await run({prompt: FACTS, policies: ["h2o", "snapkv"], layer: 2, keep: 1});
    for (const policy of ["h2o", "snapkv"]) {
      // Nothing has had any attention before the first word.
      const from = policy === "h2o" ? 1 : 0;
      wordsOf(rows, policy)
        .slice(from)
        .forEach(({step}) => {
          const sum = keysOf(rows, policy, step).reduce((all, {importance}) => all + importance!, 0);
          expect(sum).toBeCloseTo(1, 9);
        });
    }
  });

  test("the mean over heads is the mean of the heads", async () => {
    const given = {prompt: FACTS, policies: ["quest"] as const, keep: 0.5};
    const mean = await run(given);
    const heads = await Promise.all(["0", "1", "2", "3"].map((head) => run({...given, head})));
    const step = wordsOf(mean, FULL).length - 1;
    for (const row of keysOf(mean, "quest", step)) {
      const each = heads.map((rows) =>
        keysOf(rows, "quest", step).find(({position}) => position === row.position),
      );
      expect(row.kept).toBeCloseTo(each.reduce((sum, one) => sum + (one?.kept ?? 0), 0) / 4, 12);
    }
  });

  test("a policy that asks nothing of the keys says so", async () => {
    const rows = await run({prompt: FACTS, policies: ["streaming-llm", "lambda", "random"]});
    for (const row of rows.filter(({policy, part}) => policy !== FULL && part === "key")) {
      expect(row.importance).toBeNull();
    }
  });

  test("works on the large model and tells a layer or head that a model does not have", async () => {
    const rows = await run({model: "decoder-large", prompt: LONG, layer: 2, policies: ["oracle"]});
    expect(answerOf(rows, "oracle", 2)).toBe("velvet bell");
    await expect(run({layer: 4})).rejects.toThrow("layer must be 0 to 3 for decoder-small, got 4");
    await expect(run({head: "5"})).rejects.toThrow("head must be 0 to 3 for decoder-small, got 5");
  });

  test("names a word that the model does not know", async () => {
    await expect(run({prompt: "fact otter platypus"})).rejects.toThrow(/word 3 .* "platypus"/);
  });

  test("gives the same rows again, and asks for the weights of its model alone", async () => {
    const given = {prompt: FACTS, policies: ["random"] as const};
    expect(await run(given)).toEqual(await run(given));
    expect(attentionPrompt.needsOf({model: "decoder-large"})).toEqual([
      "weights/decoder-large",
      "predictor/decoder-large",
    ]);
  });
});
