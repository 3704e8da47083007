import {readFile} from "node:fs/promises";
import {describe, expect, test} from "vitest";
import {DATA_SETS, loadData} from "../../../src/data/data-sets.js";
import {decoderConfig} from "../../../src/lib/engine/decoder/config.js";
import {decoderOf} from "../../../src/lib/engine/decoder/decoder-weights.js";
import {
  DECODER_NEEDS,
  DECODERS,
  type DecoderId,
  decoderWeights,
} from "../../../src/lib/experiments/shared/decoders.js";
import {promptIds} from "../../../src/lib/experiments/shared/prompt.js";
import {watched} from "../../../src/lib/experiments/shared/watched.js";
import {parseJsonObject, SIDE_FILE_LIMITS} from "../../../src/lib/io/json-file.js";
import {characters} from "../../../src/lib/tasks/characters.js";
import {decodeText, vocabulary} from "../../../src/lib/tasks/vocabulary.js";

const ALL = Object.keys(DECODERS) as DecoderId[];

describe("the decoders of the experiments", () => {
  test.each(ALL)("%s is what its config.json says", async (id) => {
    const text = await readFile(`src/data/models/${id}/config.json`);
    expect(DECODERS[id]).toEqual(
      decoderConfig(parseJsonObject(text, {reader: "test", field: "config.json", limits: SIDE_FILE_LIMITS})),
    );
  });

  test.each(ALL)(
    "%s has the tokens of its tasks: words, or the characters of worked arithmetic",
    async (id) => {
      const {model} = JSON.parse(await readFile(`src/data/models/${id}/tokenizer.json`, "utf8"));
      const tokens = id.startsWith("arithmetic") ? characters : vocabulary;
      expect(model.vocab).toEqual(Object.fromEntries(tokens.map((token, i) => [token, i])));
    },
  );

  test("every one has a data set of weights that makes a model", async () => {
    expect(Object.keys(DATA_SETS)).toEqual(expect.arrayContaining([...DECODER_NEEDS]));
    const data = await loadData(ALL.map((id) => `weights/${id}`));
    for (const id of ALL) {
      const weights = decoderWeights(id, data);
      const decoder = await decoderOf(weights);
      expect(decoder.unused).toEqual([]);
      expect(decoder.layers).toHaveLength(DECODERS[id].layers);
    }
  });
});

test("weights that were not handed in are asked for by name", () => {
  expect(() => decoderWeights("decoder-small", new Map())).toThrow(
    "decoderWeights: data must hold weights/decoder-small, got none of this name",
  );
});

describe("a prompt", () => {
  test("begins with the marker whether a reader writes it or not", () => {
    expect(promptIds("fact otter amber plum")).toEqual(promptIds("<begin> fact otter\n amber  plum"));
    expect(decodeText(promptIds("query otter"))).toBe("<begin> query otter");
  });

  test("says which word is unknown and where it stands", () => {
    expect(() => promptIds("fact otter platypus")).toThrow(
      'encodeText: word 3 must be one of the 256 words of the vocabulary, got "platypus"',
    );
  });

  test.each([
    ["", 0],
    ["otter ".repeat(97), 97],
  ])("must have 1 to 96 words, not those of %j", (text, words) => {
    expect(() => promptIds(text)).toThrow(`promptIds: the prompt must have 1 to 96 words, got ${words}`);
  });
});

describe("a watched piece of work", () => {
  test("tells its share within the whole", async () => {
    const told: [number, string | undefined][] = [];
    const step = watched(
      async (share, what) => {
        told.push([share, what]);
      },
      {from: 0.5, to: 0.75, what: "x"},
    );
    step.progress(0);
    step.progress(1);
    expect(told).toEqual([
      [0.5, "x"],
      [0.75, "x"],
    ]);
    expect(step.signal.aborted).toBe(false);
  });

  test("is ended with the reason of an abort", async () => {
    const step = watched(() => Promise.reject(new Error("enough")), {from: 0, to: 1, what: ""});
    step.progress(0.1);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(() => step.signal.throwIfAborted()).toThrow("enough");
  });
});
