import {readFile} from "node:fs/promises";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {decodingMethods} from "../../../src/lib/decoding/registry.js";
import {textStream} from "../../../src/lib/experiments/models/generate/text-stream.js";
import {generate} from "../../../src/lib/experiments/models/generate.js";
import {tokenize} from "../../../src/lib/experiments/models/tokenize.js";
import {bytesSource} from "../../../src/lib/io/byte-source.js";
import {FormatError} from "../../../src/lib/io/format-error.js";
import type {ModelFolder} from "../../../src/lib/io/model-folder.js";
import {openFolder} from "../../../src/lib/io/node-file.js";
import type {Param} from "../../../src/lib/technique/params.js";
import {ourTokenizer} from "../../io/tokenizer/compare.js";

type Folder = Awaited<ReturnType<typeof openFolder>>;

let model: Folder;
/** With what was trained beside it. */
let large: Folder;
beforeAll(async () => {
  model = await openFolder("src/data/models/decoder-small");
  large = await openFolder("src/data/models/decoder-large");
});
afterAll(async () => {
  await model.close();
  await large.close();
});

/** The folder with other files beside or in place of its own. */
const folderWith = (files: Readonly<Record<string, string>>): ModelFolder => ({
  open: async (name) =>
    name in files ? bytesSource(new TextEncoder().encode(files[name])) : model.open(name),
});

const PROMPT = "fact otter amber plum . query otter amber";

describe("models/generate", () => {
  test("takes the likeliest tokens at temperature 0, as greedy decoding does", async () => {
    const {rows, prompt, text} = await generate.runTables({
      model,
      prompt: PROMPT,
      maxTokens: 2,
      temperature: 0,
    });
    expect(prompt).toHaveLength(9);
    expect(rows.map(({token, probability}) => [token, probability])).toEqual([
      ["plum", 1],
      [".", 1],
    ]);
    expect(text[0]).toMatchObject({text: " plum .", end: "limit"});
  });

  test("draws the same tokens from the same seed, others from another, and says with which probability", async () => {
    const drawn = async (seed: number) =>
      generate.run({model, prompt: PROMPT, maxTokens: 8, temperature: 2, topP: 1, seed});
    const [first, again, other] = [await drawn(1), await drawn(1), await drawn(2)];
    expect(again).toEqual(first);
    expect(other.map(({id}) => id)).not.toEqual(first.map(({id}) => id));
    for (const {probability} of first) expect(probability! > 0 && probability! <= 1).toBe(true);
  });

  test("tells the text of each token as it comes", async () => {
    const pieces: string[] = [];
    const progress = (_: number, what?: string) => void (what !== undefined && pieces.push(what));
    const setting = {model, prompt: PROMPT, maxTokens: 4, temperature: 0};
    const {text} = await generate.runTables(setting, {progress});
    expect(pieces).toHaveLength(4);
    expect(pieces.join("")).toBe(text[0].text);
  });

  test("ends at a stop token of generation_config.json, before it", async () => {
    const json = JSON.parse(await readFile("src/data/models/decoder-small/tokenizer.json", "utf8"));
    const folder = folderWith({
      "generation_config.json": JSON.stringify({eos_token_id: [json.model.vocab["."]]}),
    });
    const {rows, text} = await generate.runTables({model: folder, prompt: PROMPT, temperature: 0});
    expect(rows.map(({token}) => token)).toEqual(["plum"]);
    expect(text[0].end).toBe("stop token");
  });

  /** Things that only the large decoder has in its folder. */
  const TRAINED = new Set(["heads", "prompt tokens", "a micro-step decoder"]);

  describe.each(decodingMethods.all)("with $id", ({id: method, takes, lossless, params}) => {
    const draft = () => (takes === "a smaller model" ? {draft: model} : {});
    const own = () => (TRAINED.has(takes) ? large : model);
    const setting = () => ({model: own(), prompt: PROMPT, maxTokens: 12, method, ...draft()});

    test("writes what plain decoding writes where it says so, and counts the passes", async () => {
      const plain = await generate.run({model: own(), prompt: PROMPT, maxTokens: 12, temperature: 0});
      const {rows, text, drafts} = await generate.runTables({...setting(), temperature: 0});
      if (lossless === true) expect(rows.map(({id}) => id)).toEqual(plain.map(({id}) => id));
      expect(text[0].end).toBe("limit");
      if (method === "plain") return expect(drafts).toEqual([]);
      const [{passes, tokensPerPass, drafted, accepted}] = drafts;
      expect(passes).toBe(rows.at(-1)!.step + 1);
      expect(tokensPerPass).toBe(12 / passes);
      expect(accepted).toBeLessThanOrEqual(drafted);
    });

    test("draws the same tokens from the same seed, and others from another", async () => {
      const drawn = (seed: number) => generate.run({...setting(), temperature: 2, topP: 1, seed});
      const [first, again, other] = [await drawn(1), await drawn(1), await drawn(2)];
      expect(again).toEqual(first);
      expect(other.map(({id}) => id)).not.toEqual(first.map(({id}) => id));
    });

    test("takes its parameters as settings, and refuses others by name", async () => {
      const given = Object.entries(params).map(([name, param]) => `${name}=${(param as Param).default}`);
      const {rows} = await generate.runTables({...setting(), maxTokens: 2, settings: given.join(", ")});
      expect(rows).toHaveLength(2);
      await expect(generate.run({...setting(), settings: "magic=1"})).rejects.toThrow(
        `generate: settings of ${method}: a parameter`,
      );
    });
  });

  describe("with drafts", () => {
    test("ends at a stop token inside a draft, before it", async () => {
      const json = JSON.parse(await readFile("src/data/models/decoder-small/tokenizer.json", "utf8"));
      const stop = JSON.stringify({eos_token_id: [json.model.vocab["."]]});
      const files = folderWith({"generation_config.json": stop});
      const setting = {prompt: PROMPT, temperature: 0, method: "subspec" as const, substitute: "fp32"};
      const {rows, text} = await generate.runTables({model: files, ...setting});
      expect(rows.map(({token}) => token)).toEqual(["plum"]);
      expect(text[0].end).toBe("stop token");
    });

    test("refuses a draft that is missing, not asked for, or of another vocabulary", async () => {
      const setting = {model, prompt: PROMPT, maxTokens: 2};
      await expect(generate.run({...setting, method: "dynamic-tree"})).rejects.toThrow(
        "generate: draft must be a model folder for method dynamic-tree, got none",
      );
      await expect(generate.run({...setting, method: "medusa"})).rejects.toThrow(
        "generate: model must have medusa-heads.safetensors in its folder for method medusa, got none",
      );
      await expect(generate.run({...setting, method: "subspec", draft: model})).rejects.toThrow(
        "generate: draft must be left out with method subspec, which takes a substitute",
      );
      await expect(generate.run({...setting, draft: model})).rejects.toThrow(
        "generate: draft must be left out with method plain",
      );
      const other = await openFolder("tests/golden/models/llama-f32");
      await expect(generate.run({...setting, method: "dynamic-tree", draft: other})).rejects.toThrow(
        "generate: draft must have the target's vocabSize",
      );
      await other.close();
    });

    test.each(["mamba2-small", "diffusion-small"])("refuses %s, which is no decoder", async (name) => {
      const folder = await openFolder(`src/data/models/${name}`);
      const setting = {model: folder, prompt: PROMPT, maxTokens: 2};
      await expect(generate.run({...setting, method: "token-recycling"})).rejects.toThrow(
        "generate: method must be plain but for a decoder, got a ",
      );
      await expect(generate.run({...setting, draft: model})).rejects.toThrow(
        "generate: draft and settings must be left out but for a decoder, got a ",
      );
      await folder.close();
    });
  });

  describe("with a chat template", () => {
    const template =
      "{% for m in messages %}{{ m.content }} . {% endfor %}{% if add_generation_prompt %}query otter{% endif %}";
    const idsOf = async (files: Readonly<Record<string, string>>, setting: object = {}) => {
      const {prompt} = await generate.runTables({
        ...{model: folderWith(files), prompt: "fact otter amber plum", maxTokens: 1},
        ...setting,
      });
      return prompt.map(({id}) => id);
    };
    const plain = async (text: string) =>
      (await tokenize.run({model, text, special: false})).map(({id}) => id);

    test("writes the prompt by it, from either file, unless told not to", async () => {
      const written = await plain("fact otter amber plum . query otter");
      const settings = {"tokenizer_config.json": JSON.stringify({chat_template: template})};
      const named = [
        {name: "tool_use", template: "x"},
        {name: "default", template},
      ];
      expect(await idsOf(settings)).toEqual(written);
      expect(await idsOf({"chat_template.jinja": template})).toEqual(written);
      expect(await idsOf({"tokenizer_config.json": JSON.stringify({chat_template: named})})).toEqual(written);
      expect(await idsOf(settings, {chat: "never"})).toEqual([1, ...(await plain("fact otter amber plum"))]);
      const withSystem = await plain("fact fox ant . fact otter amber plum . query otter");
      expect(await idsOf(settings, {system: "fact fox ant"})).toEqual(withSystem);
    });

    test("refuses one that cannot be rendered, and a system text without one", async () => {
      await expect(idsOf({"chat_template.jinja": "{{ raise_exception('no user') }}"})).rejects.toThrow(
        FormatError,
      );
      await expect(idsOf({"chat_template.jinja": "{% if %}"})).rejects.toThrow(
        "chatPrompt: chat template must be one",
      );
      await expect(idsOf({}, {system: "a"})).rejects.toThrow("generate: system needs a chat template");
    });
  });
});

describe("a text under a cache", () => {
  const under = (cache: string, more = {}) =>
    generate.runTables({model, prompt: PROMPT, maxTokens: 12, temperature: 0, cache, ...more});

  test("is the model's own where all is kept, and tells what the cache holds", async () => {
    const plain = await under("plain");
    expect(plain.cache).toEqual([]);
    const {rows, cache} = await under("fp16");
    expect(rows.map(({id}) => id)).toEqual(plain.rows.map(({id}) => id));
    // Four layers of two heads of 16 keys and values in two bytes each; the last token was not read.
    expect(cache).toMatchObject([{tokens: 20, kept: 20 * 4 * 2 * 32 * 2, read: 20 * 4 * 2 * 32 * 2}]);
    const [small] = (await under("kivi-2")).cache;
    expect(small.kept).toBeLessThanOrEqual(cache[0].kept);
    const [read] = (await under("quest-quarter")).cache;
    expect(read.read).toBeLessThan(read.kept);
  });

  test("is refused where the folder lacks what the cache needs, and beside drafts", async () => {
    await expect(under("cskv-half")).rejects.toThrow(
      "generate: cache must need nothing but the model, got cskv-half, which needs calibration texts",
    );
    await expect(under("token-butler-half")).rejects.toThrow("which needs a predictor");
    await expect(under("int4", {method: "token-recycling"})).rejects.toThrow(
      "generate: cache must be plain but for a decoder without drafts, got drafts",
    );
  });
});

describe("models/tokenize", () => {
  test("cuts a text, or the bytes of a file, and gives the text back", async () => {
    const {rows, text} = await tokenize.runTables({model, text: "fact otter"});
    expect(rows.map(({token}) => token)).toEqual(["fact", "otter"]);
    expect(text[0].text).toBe("fact otter");
    const file = bytesSource(new TextEncoder().encode("fact otter"));
    expect(await tokenize.run({model, file})).toEqual(rows);
    const back = await tokenize.runTables({model, decode: rows.map(({id}) => id).join(",")});
    expect(back.text[0].text).toBe("fact otter");
  });

  test("reads a JSON file that was chosen, and names what is missing", async () => {
    const main = "mine.json";
    const own = await readFile("src/data/models/decoder-small/tokenizer.json", "utf8");
    expect(await tokenize.run({model: {...folderWith({[main]: own}), main}, text: "fact"})).toHaveLength(1);
    const empty: ModelFolder = {open: async () => undefined};
    await expect(tokenize.run({model: empty, text: "a"})).rejects.toThrow(
      "tokenize: model folder must be a folder with tokenizer.json, got none",
    );
    await expect(tokenize.run({model, decode: "1,x"})).rejects.toThrow("tokenize: decode must be token ids");
  });
});

describe("the text of tokens as they come", () => {
  const bytes = ["é", "a"].flatMap((text) => [...new TextEncoder().encode(text)]);
  const vocab = Object.fromEntries(["<0xC3>", "<0xA9>", "<0x61>", "▁b"].map((token, id) => [token, id]));
  const decoders = [
    {type: "Replace", pattern: {String: "▁"}, content: " "},
    {type: "ByteFallback"},
    {type: "Fuse"},
  ];
  const tokenizer = ourTokenizer(
    JSON.stringify({model: {type: "WordLevel", vocab}, decoder: {type: "Sequence", decoders}}),
  );

  test("waits for all bytes of a character, and gives what is left at the end", () => {
    expect(bytes).toEqual([0xc3, 0xa9, 0x61]);
    const stream = textStream(tokenizer, [3]);
    expect([0, 1, 2, 3, 0].map((id) => stream.add(id))).toEqual(["", "é", "a", " b", ""]);
    expect(stream.rest()).toBe("\ufffd");
    expect(stream.text()).toBe("éa b\ufffd");
  });
});
