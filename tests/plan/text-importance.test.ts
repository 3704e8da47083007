import {expect, test} from "vitest";
import {modelRecord} from "../../src/lib/architectures/read-model.js";
import {importanceOf} from "../../src/lib/checkpoint/importance/importance.js";
import {openTensors} from "../../src/lib/checkpoint/open-tensors.js";
import {readStored} from "../../src/lib/checkpoint/stored-tensor.js";
import {observe} from "../../src/lib/engine/observe.js";
import {openDecoder} from "../../src/lib/engine/open-decoder.js";
import {readConfig} from "../../src/lib/engine/read-config.js";
import {corpusCalibration} from "../../src/lib/evaluate/eval-texts.js";
import {formats} from "../../src/lib/formats/registry.js";
import {openModelPath} from "../../src/lib/io/node-file.js";
import {readingModel} from "../../src/lib/plan/text-importance.js";
import {measureWeighed} from "../../src/lib/quant/measure-weighed.js";

const TEXTS = corpusCalibration(2, {context: 64});

async function importanceOfModel(name: string) {
  const opened = await openModelPath(`src/data/models/${name}`);
  const open = await openTensors(opened);
  const model = await readingModel(open, modelRecord(await readConfig(opened, "test"), "test"));
  for (const ids of TEXTS) model.read(ids);
  return {opened, tensors: open.tensors, importance: model.importance()};
}

test("importance is the mean square of what the columns of each matrix meet, over all tokens", async () => {
  const {opened, tensors, importance} = await importanceOfModel("decoder-small");
  const decoder = await openDecoder(opened);
  const squares = new Float64Array(decoder.config.hiddenSize);
  let tokens = 0;
  for (const ids of TEXTS) {
    const {data, shape} = observe(decoder, ids, ["mlp.input"]).tensor("mlp.input", 1);
    for (let i = 0; i < data.length; i++) squares[i % squares.length] += data[i] ** 2;
    tokens += shape[0];
  }
  const found = importanceOf(importance, tensors.get("model.layers.1.mlp.up_proj.weight")!)!;
  expect(found).toEqual(importance.get("blk.1.ffn_gate.weight"));
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(squares[i] / tokens, 4);
  });
  const matrices = [...tensors.values()].filter(({shape}) => shape.length === 2);
  const without = matrices.filter((tensor) => importanceOf(importance, tensor) === undefined);
  expect(without.map(({name}) => name)).toEqual(["model.embed_tokens.weight"]);
  await opened.close();
});

test("a state-space model has importance too", async () => {
  const {opened, tensors, importance} = await importanceOfModel("mamba1-small");
  for (const part of ["in_proj", "x_proj", "out_proj"])
    expect(importanceOf(importance, tensors.get(`backbone.layers.0.mixer.${part}.weight`)!)).toBeDefined();
  await opened.close();
});

test("formats that weigh errors by importance make those of the products smaller", async () => {
  const {opened, tensors, importance} = await importanceOfModel("decoder-large");
  const tensor = tensors.get("model.layers.3.mlp.gate_proj.weight")!;
  const x = await readStored("test", tensor);
  const weights = importanceOf(importance, tensor)!;
  for (const id of ["q2_K", "q3_K", "q4_K", "iq4_nl", "q4_0", "q4_1", "q5_0", "iq3_s"]) {
    const format = formats[id];
    const weighed = measureWeighed(format, x, weights);
    const plain = measureWeighed({...format, weighsErrors: false}, x, weights);
    expect(weighed.weighedError, id).toBeLessThan(plain.weighedError);
  }
  await opened.close();
});
