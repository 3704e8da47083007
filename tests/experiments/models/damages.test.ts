import {expect, test} from "vitest";
import {damages} from "../../../src/lib/experiments/models/damages.js";
import {plan} from "../../../src/lib/experiments/models/plan.js";
import {quality} from "../../../src/lib/experiments/models/quality.js";
import {openModelPath} from "../../../src/lib/io/node-file.js";
import {writeSafetensors} from "../../../src/lib/io/safetensors-writer.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {folderOf} from "../../checkpoint/folder.js";

const stream = randomStream(15, "damages");
const matrix = (name: string) =>
  ({name, dtype: "F32", shape: [64, 64], data: draws(64 * 64, () => stream.normal())}) as const;
const model = folderOf({"model.safetensors": writeSafetensors([matrix("a"), matrix("b")])});
const formats = ["int4", "int8", "fp32"];

test("damages that come tensor by tensor make the plan that one run makes", async () => {
  const errors = [];
  for (const tensors of ["a", "b"])
    errors.push(...(await damages.run({model, formats, parts: "tensors", tensors})));
  const known = JSON.stringify({errors, costs: [], caches: []});
  const setting = {model, formats, memory: 13e-6};
  const [whole, pieces] = [await plan.runTables(setting), await plan.runTables({...setting, known})];
  expect(pieces.rows).toEqual(whole.rows);
  expect(pieces.facts).toEqual(whole.facts);
});

test("an exact copy does no damage, also where JSON has lost its infinite ratio", async () => {
  const errors = await damages.run({model, formats: ["fp32"], parts: "tensors", tensors: "a\nb"});
  expect(errors[0].sqnrDb).toBe(Number.POSITIVE_INFINITY);
  const known = JSON.stringify({errors, costs: [], caches: []});
  const {uniform} = await plan.runTables({model, formats: ["fp32"], memory: 1, known});
  expect(uniform).toMatchObject([{format: "fp32", bytes: 2 * 64 * 64 * 4, damage: 0}]);
});

test("the model in one format alone is measured as beside a plan, and why it is not run is told", async () => {
  const opened = await openModelPath("src/data/models/decoder-small");
  const setting = {model: opened, formats: ["q4_0"], caches: ["fp16"], documents: 1};
  const {rows, model: runs} = await quality.runTables(setting);
  expect(runs).toMatchObject([{runs: true, why: null}]);
  const {uniform} = await plan.runTables({...setting, memory: 1});
  const {bytes: _, damage: __, ...measured} = rows[0];
  expect(uniform).toMatchObject([measured]);
  expect(measured.klMean).toBeGreaterThan(0);
  await opened.close();
  const alone = await quality.runTables({model, isMeasured: false});
  expect(alone).toMatchObject({
    rows: [],
    model: [{runs: false, why: "no config.json says what the model is"}],
  });
});

test.each([
  ["no JSON", "{", "must hold an object as JSON, got {"],
  ["a list too few", '{"errors": [], "costs": []}', "must hold a list of caches, got undefined"],
  [
    "a damage below zero",
    '{"errors": [], "costs": [{"tensor": "a", "format": "int4", "bytes": 1, "damage": -1}], "caches": []}',
    "must hold costs with a damage, got -1",
  ],
  [
    "a cache that nobody knows",
    '{"errors": [], "costs": [], "caches": [{"cache": "x", "bytes": 1, "damage": 1}]}',
    "must hold caches with a cache, got x",
  ],
])("known damages with %s are refused", async (_, known, message) => {
  await expect(plan.run({model, formats, memory: 1, known})).rejects.toThrow(message);
});
