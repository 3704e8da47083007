import {beforeAll, describe, expect, test} from "vitest";
import type {DecodingMethod, DecodingModels, MethodGoal} from "../../src/lib/decoding/method.js";
import {decodingMethods} from "../../src/lib/decoding/registry.js";
import type {Decoder} from "../../src/lib/engine/decoder/load-decoder.js";
import {argmax, greedy} from "../../src/lib/engine/generate.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {corpusDocument} from "../../src/lib/tasks/corpus.js";
import type {Param} from "../../src/lib/technique/params.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {loadFolder, loadGolden, trainedPath} from "../engine/golden.js";
import {TINY_CONFIG, tinyDecoder, tinyTensors} from "../engine/tiny.js";

const goal = (tokens: number, more: Partial<MethodGoal> = {}): MethodGoal => ({
  tokens,
  random: randomStream(1, "decoding"),
  ...more,
});

/** A decoder whose every tensor is a little off, as one in few bits is. */
async function blurred(config = TINY_CONFIG, seed = 1): Promise<Decoder> {
  const noise = randomStream(seed, "blur");
  const tensors = new Map(
    Array.from(tinyTensors(config, seed), ([name, tensor]) => [
      name,
      {...tensor, data: (tensor.data as Float32Array).map((value) => value + 0.15 * noise.normal())},
    ]),
  );
  return tinyDecoder(config, {
    transform: (name, weight) => ({...weight, data: tensors.get(name)!.data as Float32Array}),
  });
}

const written = (rounds: Iterable<{written: readonly number[]}>) =>
  [...rounds].flatMap((round) => [...round.written]);

const named = (methods: readonly DecodingMethod[]) => methods.map((method) => ({id: method.id, method}));
const lossless = decodingMethods.all.filter((method) => method.lossless === true);

describe.each(named(decodingMethods.all))("$id", ({method}) => {
  const isLossless = method.lossless === true;
  let models: DecodingModels;
  beforeAll(async () => {
    models = {target: await tinyDecoder(), draft: await blurred()};
  });

  test("states where it is from, and offers settings at its bounds that run", () => {
    expect(method.source).toMatch(/\d{4}\.\d{5}/);
    for (const [name, param] of Object.entries<Param>(method.params)) {
      if (param.kind !== "integer" && param.kind !== "number") continue;
      for (const value of [param.min, param.max]) {
        if (value === undefined) continue;
        expect(written(method.rounds(models, [3, 4], {[name]: value}, goal(5)))).toHaveLength(5);
      }
    }
  });

  test.runIf(isLossless)("writes the target's own text at temperature 0", async () => {
    for (let seed = 0; seed < 3; seed++) {
      const stream = randomStream(seed, "prompt");
      const prompt = Array.from({length: 1 + stream.integer(9)}, () => stream.integer(23));
      const plain = greedy(models.target, prompt, 16).tokens;
      expect(written(method.rounds(models, prompt, {}, goal(16)))).toEqual(plain);
    }
  });

  test("ends at the token that ends a text, also inside a draft", () => {
    const plain = written(method.rounds(models, [5, 6, 7], {}, goal(30)));
    for (const eos of new Set(plain)) {
      const expected = plain.slice(0, plain.indexOf(eos) + 1);
      expect(written(method.rounds(models, [5, 6, 7], {}, goal(30, {eos})))).toEqual(expected);
    }
  });

  test("writes one token where one is asked for, and says what it read", () => {
    const [round, ...more] = method.rounds(models, [1], {}, goal(1));
    expect(more).toEqual([]);
    expect(round.written).toHaveLength(1);
    expect(round.target).toEqual({passes: 1, tokens: 1 + round.drafted});
  });

  test("accounts for every token: kept drafts and one of the target's own a round", () => {
    for (const {written, drafted, accepted, target} of method.rounds(models, [9, 2], {}, goal(40))) {
      expect(written.length).toBe(accepted + 1);
      expect(accepted).toBeLessThanOrEqual(drafted);
      expect(target.passes).toBeGreaterThanOrEqual(1);
    }
  });

  test.each([1, 2])("works with a vocabulary of %i", async (vocab_size) => {
    const config = {...TINY_CONFIG, vocab_size};
    const small = {target: await tinyDecoder(config), draft: await blurred(config)};
    const text = written(method.rounds(small, [0, 0], {}, goal(20)));
    expect(text).toHaveLength(20);
    if (isLossless) expect(text).toEqual(greedy(small.target, [0, 0], 20).tokens);
    const warp = {temperature: 1, topK: 0, topP: 1};
    const drawn = written(method.rounds(small, [0], {}, goal(20, {warp})));
    expect(drawn.every((token) => token >= 0 && token < vocab_size)).toBe(true);
    expect(drawn).toHaveLength(20);
  });

  test("ends a drawn text at its last token too, wherever a draft holds that", () => {
    const warp = {temperature: 1, topK: 0, topP: 1};
    for (let eos = 0; eos < 23; eos += 11) {
      const random = randomStream(eos, "drawn");
      const text = written(method.rounds(models, [5, 6], {}, goal(30, {eos, warp, random})));
      expect(text.indexOf(eos)).toBe(text.length < 30 ? text.length - 1 : text.at(-1) === eos ? 29 : -1);
    }
  });

  test("refuses an empty prompt, and a draft of another vocabulary where it takes one", async () => {
    expect(() => written(method.rounds(models, [], {}, goal(2)))).toThrow("at least one token");
    if (method.takes !== "a smaller model" && method.takes !== "a substitute") return;
    const other = await tinyDecoder({...TINY_CONFIG, vocab_size: 11});
    expect(() => method.rounds({...models, draft: other}, [1], {}, goal(2))).toThrow(
      "vocabSize of 23, got 11",
    );
  });

  test.runIf(isLossless)(
    "draws the target's law above temperature 0: chi-square over two tokens at 1 in 1000",
    async () => {
      const config = {...TINY_CONFIG, vocab_size: 2};
      const two = {target: await tinyDecoder(config), draft: await blurred(config)};
      const random = randomStream(11, method.id);
      const warp = {temperature: 1, topK: 0, topP: 1};
      const counts = [0, 0, 0, 0];
      const draws = 600;
      for (let n = 0; n < draws; n++) {
        const [a, b] = written(method.rounds(two, [0, 1, 1], {}, goal(2, {random, warp})));
        counts[2 * a + b]++;
      }
      const law = lawOfTwo(two.target, [0, 1, 1]);
      const chiSquare = counts.reduce(
        (sum, count, i) => sum + (count - draws * law[i]) ** 2 / (draws * law[i]),
        0,
      );
      expect(chiSquare).toBeLessThan(16.27);
    },
  );
});

/** Probabilities of the two tokens after a prompt, for a vocabulary of two. */
function lawOfTwo(model: Decoder, prompt: readonly number[]): number[] {
  const after = (ids: readonly number[]) => {
    const {promptLogits} = greedy(model, ids, 0);
    const [a, b] = promptLogits.subarray(promptLogits.length - 2);
    return 1 / (1 + Math.exp(a - b));
  };
  return [0, 1].flatMap((first) => {
    const one = after(prompt);
    const chance = first === 1 ? one : 1 - one;
    const second = after([...prompt, first]);
    return [chance * (1 - second), chance * second];
  });
}

describe.each(named(decodingMethods.all))("$id in a full context", ({method}) => {
  let target: Decoder;
  let rows: number;
  beforeAll(async () => {
    target = await loadGolden("opt-f32");
    rows = target.config.positionTable!.rows - target.config.positionTable!.offset;
  });
  const promptOf = (length: number) => Array.from({length}, (_, i) => 3 + (i % 7));

  test("the text ends where the table of positions does, and one token follows a prompt that fills it", () => {
    for (const length of [3, rows - 2, rows - 1, rows]) {
      const prompt = promptOf(length);
      const text = written(method.rounds({target}, prompt, {}, goal(10 * rows)));
      expect(text).toHaveLength(rows - length + 1);
      if (method.lossless !== true) continue;
      const {tokens, logits, promptLogits} = greedy(target, prompt, rows - length);
      const last = logits.at(-1) ?? promptLogits.subarray(-target.config.vocabSize);
      expect(text).toEqual([...tokens, argmax(last)]);
    }
  });

  test("a longer prompt is refused", () => {
    expect(() => written(method.rounds({target}, promptOf(rows + 1), {}, goal(2)))).toThrow(RangeError);
  });
});

describe("on the shipped decoder", () => {
  let target: Decoder;
  let draft: Decoder;
  beforeAll(async () => {
    const backend = await wasmBackend();
    target = await loadFolder(trainedPath("decoder-small"), {backend});
    draft = await loadFolder(trainedPath("decoder-coreference"), {backend});
  });

  test.each(named(lossless.filter(({id}) => id !== "plain")))(
    "$id writes what plain decoding writes, on 20 documents",
    ({method}) => {
      for (let index = 0; index < 20; index++) {
        const tokens = Array.from(corpusDocument("test", index, {context: 24}).tokens);
        const plain = greedy(target, tokens, 8).tokens;
        expect(written(method.rounds({target, draft}, tokens, {}, goal(8)))).toEqual(plain);
      }
    },
  );
});
