import {describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {decoderOf} from "../../../src/lib/engine/decoder/decoder-weights.js";
import {corpusCalibration, EVAL_SEEDS} from "../../../src/lib/evaluate/eval-texts.js";
import {cacheSetting, settingSizes} from "../../../src/lib/experiments/kv/cache-setting.js";
import {openedDecoder, testSeeds, testTexts} from "../../../src/lib/experiments/shared/decoder-texts.js";
import {
  DECODER_IDS,
  DECODERS,
  decoderWeights,
  needsOfModel,
} from "../../../src/lib/experiments/shared/decoders.js";
import {
  needsOfPredicted,
  PREDICTED_DECODERS,
  predictorOf,
} from "../../../src/lib/experiments/shared/predictors.js";
import {promptIds, promptParam} from "../../../src/lib/experiments/shared/prompt.js";
import {corpusDocument} from "../../../src/lib/tasks/corpus.js";
import {vocabulary} from "../../../src/lib/tasks/vocabulary.js";

describe.each(DECODER_IDS)("test documents of %s", (id) => {
  const config = DECODERS[id];
  const texts = testTexts(config, {documents: 8});

  test("are as long as its context and one token more, of its vocabulary", () => {
    for (const {tokens} of texts) {
      expect(tokens).toHaveLength(config.maxPositions + 1);
      for (const token of tokens) {
        expect(Number.isInteger(token) && token >= 0 && token < config.vocabSize).toBe(true);
      }
    }
  });

  test("are all different, those of one seed from those of another", () => {
    expect(new Set(texts.map(({tokens}) => tokens.join())).size).toBe(3 * 8);
  });

  test("are none that a model was trained or calibrated on", () => {
    const {maxPositions: context} = config;
    const seen = new Set<string>();
    for (const seed of [0, 1, 2, ...EVAL_SEEDS]) {
      for (let index = 0; index < 32; index++) {
        seen.add(Array.from(corpusDocument("train", index, {context, seed}).tokens).join());
      }
    }
    for (const tokens of corpusCalibration(16, {context})) seen.add(tokens.join());
    // A hundred and ninety-two documents and none of ours, not even in its first half.
    const halves = new Set(
      [...seen].map((text) =>
        text
          .split(",")
          .slice(0, context / 2)
          .join(),
      ),
    );
    expect(seen.size).toBe(6 * 32);
    for (const {tokens} of texts) {
      expect(seen.has(tokens.join())).toBe(false);
      expect(halves.has(tokens.slice(0, context / 2).join())).toBe(false);
    }
  });

  test("ask for answers that stand inside them, and copies that do", () => {
    for (const {tokens, answers, copies = []} of texts) {
      for (const at of [...answers, ...copies]) {
        expect(at).toBeGreaterThan(0);
        expect(at).toBeLessThan(tokens.length);
      }
      // What is asked for has been said: the answer's word stands earlier in the text.
      for (const at of answers) expect(tokens.slice(0, at)).toContain(tokens[at]);
    }
    expect(texts.flatMap(({answers}) => answers).length).toBeGreaterThan(3 * 8);
  });

  test("come by seed, the fewer the first of the more, and the same again", () => {
    const seeds = testSeeds(config, {documents: 2});
    expect(seeds.map(({seed}) => seed)).toEqual([...EVAL_SEEDS]);
    expect(seeds.flatMap(({texts: own}) => own)).toEqual(testTexts(config, {documents: 2}));
    seeds.forEach(({texts: own, samples}, s) => {
      expect(own).toEqual(texts.slice(8 * s, 8 * s + 2));
      expect(samples).toEqual([]);
    });
    expect(testTexts(config, {seeds: [999], documents: 2})).toEqual(seeds[1].texts);
  });
});

test("the large decoder's documents begin as the small ones': they are the same texts, read further", () => {
  const [small, large] = (["decoder-small", "decoder-large"] as const).map((id) =>
    testTexts(DECODERS[id], {documents: 3}),
  );
  small.forEach(({tokens}, i) => {
    expect(large[i].tokens.slice(0, tokens.length)).toEqual(tokens);
  });
});

describe("an opened decoder", () => {
  test("with the fast arithmetic says what the plain one says", async () => {
    const data = await loadData(["weights/decoder-small"]);
    const plain = await decoderOf(decoderWeights("decoder-small", data));
    const fast = await openedDecoder("decoder-small", data);
    const ids = testTexts(fast.config, {documents: 1})[0].tokens.slice(0, 64);
    const [a, b] = [forward(plain, ids), forward(fast, ids)];
    expect(b.shape).toEqual([64, 256]);
    a.data.forEach((value, i) => {
      expect(Math.abs(value - b.data[i])).toBeLessThan(1e-3);
    });
  });

  test("knows of its texts far more than chance", async () => {
    const data = await loadData(["weights/decoder-small"]);
    const decoder = await openedDecoder("decoder-small", data);
    const [{tokens}] = testTexts(decoder.config, {documents: 1});
    const {data: logits} = forward(decoder, tokens.slice(0, -1));
    let nll = 0;
    for (let i = 0; i < 128; i++) {
      const row = Array.from(logits.subarray(i * 256, (i + 1) * 256));
      const sum = row.reduce((all, logit) => all + Math.exp(logit), 0);
      nll -= (row[tokens[i + 1]] - Math.log(sum)) / 128;
    }
    expect(nll).toBeLessThan(Math.log(256) / 2);
  });

  test("is asked for by name where its weights were not handed in", async () => {
    await expect(openedDecoder("decoder-large", new Map())).rejects.toThrow(
      "decoderWeights: data must hold weights/decoder-large, got none of this name",
    );
  });
});

describe("what caches may use of a model", () => {
  test("are calibration texts of the training split, as long as its context, none of the test documents", async () => {
    const data = await loadData(["weights/decoder-small"]);
    const weights = decoderWeights("decoder-small", data);
    const decoder = await openedDecoder("decoder-small", data);
    const setting = cacheSetting(weights, decoder);
    const texts = setting.calibrationTexts();
    expect(texts).toHaveLength(8);
    expect(texts.every(({length}) => length === 128)).toBe(true);
    const tested = new Set(
      testTexts(decoder.config, {documents: 32}).map(({tokens}) => tokens.slice(0, -1).join()),
    );
    for (const ids of texts) expect(tested.has(ids.join())).toBe(false);
    expect(setting.calibrationTexts()).toEqual(texts);
    expect(setting).not.toHaveProperty("predictor");
  });

  test("are sizes of the decoder, and its predictor where it has one", async () => {
    const data = await loadData([...needsOfPredicted({model: "decoder-large"})]);
    const decoder = await openedDecoder("decoder-large", data);
    const weights = decoderWeights("decoder-large", data);
    const plain = settingSizes(cacheSetting(weights, decoder));
    expect(plain).toEqual({widths: Array(8).fill(64), heads: 8, headDim: 16});
    const predictor = predictorOf("decoder-large", data);
    expect(settingSizes(cacheSetting(weights, decoder, predictor))).toEqual({...plain, predictor});
  });
});

describe("what a setting needs", () => {
  test("is the weights of its model, and its predictor where one was trained", () => {
    for (const model of DECODER_IDS) expect(needsOfModel({model})).toEqual([`weights/${model}`]);
    for (const model of PREDICTED_DECODERS) {
      expect(needsOfPredicted({model})).toEqual([`weights/${model}`, `predictor/${model}`]);
    }
    expect(PREDICTED_DECODERS).not.toContain("decoder-small-outliers");
  });

  test("fits the model it was trained for: as many heads of layers, and widths", async () => {
    for (const model of PREDICTED_DECODERS) {
      const data = await loadData([...needsOfPredicted({model})]);
      const {shape} = predictorOf(model, data);
      const {layers, heads, hiddenSize} = DECODERS[model];
      expect(Object.values(shape), model).toEqual(expect.arrayContaining([layers, heads, hiddenSize]));
    }
  });
});

describe("a prompt of a reader", () => {
  test("has a token for each word, the begin marker before, whatever the spaces", () => {
    const words = ["otter", "amber", "plum"];
    const ids = promptIds(`  ${words.join("\n\t ")} `);
    expect(ids).toHaveLength(4);
    expect(ids.slice(1).map((id) => vocabulary[id])).toEqual(words);
    expect(promptIds(`${vocabulary[ids[0]]} ${words.join(" ")}`)).toEqual(ids);
  });

  test("may be as short as asked, and is refused with the number of its words", () => {
    expect(promptIds("otter")).toHaveLength(2);
    expect(() => promptIds("otter amber", 5)).toThrow("promptIds: the prompt must have 4 to 96 words, got 2");
    expect(promptIds("otter ".repeat(96))).toHaveLength(97);
  });

  test("has room for its words in the parameter that a page makes of it", () => {
    const param = promptParam("Prompt", "otter");
    const longest = Math.max(...vocabulary.map(({length}) => length));
    expect(param).toMatchObject({kind: "text", label: "Prompt", default: "otter"});
    expect(param.maxLength).toBeGreaterThanOrEqual(96 * (longest + 1) - 1);
    expect(param.help).toContain("96");
  });
});
