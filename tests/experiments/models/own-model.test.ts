import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {openCheckpoint} from "../../../src/lib/checkpoint/open-checkpoint.js";
import {evaluate} from "../../../src/lib/experiments/models/evaluate.js";
import {logits} from "../../../src/lib/experiments/models/logits.js";
import {bytesSource} from "../../../src/lib/io/byte-source.js";
import type {ModelFolder} from "../../../src/lib/io/model-folder.js";
import {openFolder} from "../../../src/lib/io/node-file.js";
import {type TensorToWrite, writeSafetensors} from "../../../src/lib/io/safetensors-writer.js";
import {corpusDocument} from "../../../src/lib/tasks/corpus.js";
import {decodeText} from "../../../src/lib/tasks/vocabulary.js";

type Folder = Awaited<ReturnType<typeof openFolder>>;

let decoder: Folder;
let mamba: Folder;
beforeAll(async () => {
  decoder = await openFolder("src/data/models/decoder-small");
  mamba = await openFolder("src/data/models/mamba2-small");
});
afterAll(() => Promise.all([decoder.close(), mamba.close()]));

const small = {documents: 1, samples: 1, context: 48, calibration: 2, seeds: "5"} as const;

async function measures(given: NonNullable<Parameters<typeof evaluate.run>[0]>) {
  const rows = await evaluate.run({...small, ...given});
  return (measure: string, seed = "all") =>
    rows.find((row) => row.measure === measure && row.seed === seed)?.value;
}

describe("models/evaluate", () => {
  test("changes nothing in float32 and something in three bits, for the seeds that are named", async () => {
    const plain = await measures({model: decoder});
    const three = await measures({model: decoder, weights: "int3", layers: "0,1"});
    expect(plain("perplexity difference")).toBe(0);
    expect(three("KL divergence, mean (nats)")).toBeGreaterThan(0);
    expect(plain("perplexity", "5")).toBe(plain("perplexity"));
    expect(plain("perplexity", "4242")).toBeUndefined();
  });

  test("reads less of each text where the context is shorter, and asks the tasks that are named", async () => {
    const asked = await measures({model: decoder, task: ["needle-single"], context: 40});
    expect(asked("accuracy: needle-single")).toBeGreaterThanOrEqual(0);
    expect(asked("perplexity")).toBeUndefined();
  });

  test("measures a text of one's own from its bytes", async () => {
    const words = Array.from({length: 2}, (_, i) => decodeText(corpusDocument("test", i).tokens)).join(" ");
    const text = bytesSource(new TextEncoder().encode(words));
    const own = await measures({model: decoder, text});
    expect(own("perplexity")).toBeGreaterThan(1);
    expect(own("perplexity")).toBeLessThan(256);
  });

  test("names the tensors that no part of the model takes", async () => {
    const tensors: TensorToWrite[] = [];
    const checkpoint = await openCheckpoint(decoder);
    for (const name of checkpoint.tensors.keys()) tensors.push({name, ...(await checkpoint.read(name))});
    const extra = {name: "model.layers.0.adapter.weight", shape: [1], data: new Float32Array(1)};
    const bytes = writeSafetensors([...tensors, extra]);
    const folder: ModelFolder = {
      open: async (name) => (name === "model.safetensors" ? bytesSource(bytes) : decoder.open(name)),
    };
    const {unused} = await evaluate.runTables({...small, model: folder});
    expect(unused.map(({tensor}) => tensor)).toEqual(["model.layers.0.adapter.weight"]);
    expect((await evaluate.runTables({...small, model: decoder})).unused).toEqual([]);
  });

  test("takes a state-space model with its own methods and bits", async () => {
    const eight = await measures({model: mamba, method: "quamba2", bits: "w8a8"});
    expect(eight("bits per weight of the projections")).toBeLessThan(9);
  });

  test.each([
    [{bits: "w8a8"}, "evaluate: bits is an option of state-space models, got another model"],
    [{method: "quamba2"}, /evaluate: method must be one of rtn, .*, got "quamba2"/],
    [{seeds: "1,0"}, 'evaluate: seeds must be integers of at least 1, got "0"'],
    [{layers: "1,b"}, 'evaluate: layers must be integers of at least 0, got "b"'],
  ] as const)("refuses %j for a decoder", async (given, message) => {
    const run = evaluate.run({...small, model: decoder, ...given});
    await expect(run).rejects.toThrow(RangeError);
    await expect(run).rejects.toThrow(message);
  });

  test("needs a model, with a tokenizer where the text is one's own", async () => {
    await expect(evaluate.run(small)).rejects.toThrow(
      "run models/evaluate: model must be a model folder or GGUF file, got none",
    );
    const bare: ModelFolder = {
      open: async (name) => (name === "tokenizer.json" ? undefined : decoder.open(name)),
    };
    const text = bytesSource(Uint8Array.of(97));
    await expect(evaluate.run({...small, model: bare, text})).rejects.toThrow(
      "evaluate: text needs a tokenizer.json in the model folder",
    );
  });

  test("does not read weights that take more memory than the caller allows", async () => {
    await expect(evaluate.run({...small, model: decoder}, {memory: 1000})).rejects.toThrow(/1000/);
  });

  test("is ended by a signal", async () => {
    const ended = new AbortController();
    const progress = (share: number) => share > 0 && ended.abort(new Error("enough"));
    const run = evaluate.run({...small, documents: 4, model: decoder}, {progress, signal: ended.signal});
    await expect(run).rejects.toThrow("enough");
  });
});

describe("models/logits", () => {
  test("gives a list for each position, the same for a prompt whatever follows it", async () => {
    const long = await logits.run({model: decoder, ids: "1, 2, 3"});
    const short = await logits.run({model: decoder, ids: "1,2"});
    expect(long.map(({position, id}) => [position, id])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    expect(long[0].logits).toHaveLength(256);
    short.forEach((row, t) => {
      row.logits.forEach((x, i) => {
        expect(x).toBeCloseTo(long[t].logits[i], 4);
      });
    });
  });

  test("takes the likeliest token at each step", async () => {
    const {rows, greedy, unused} = await logits.runTables({model: mamba, ids: "7", greedy: 2});
    const [{logits: first}] = rows;
    expect(greedy.map(({step}) => step)).toEqual([0, 1]);
    expect(first[greedy[0].id]).toBe(Math.max(...first));
    expect(unused).toEqual([]);
  });

  test.each(["", "1,x", "-1", "1,,2"])("refuses the prompt %j", async (ids) => {
    await expect(logits.run({model: decoder, ids})).rejects.toThrow(
      `logits: ids must be token ids separated by commas, such as 5,17,3, got ${JSON.stringify(ids)}`,
    );
  });
});
