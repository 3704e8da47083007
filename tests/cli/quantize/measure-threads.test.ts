import {fileURLToPath} from "node:url";
import {expect, test} from "vitest";
import {onThreads} from "../../../src/cli/quantize/measure-threads.js";
import {openTensors} from "../../../src/lib/checkpoint/open-tensors.js";
import {openModelPath} from "../../../src/lib/io/node-file.js";
import {measureTensor, type TensorRow} from "../../../src/lib/quant/measure-tensor.js";

const path = fileURLToPath(new URL("../../golden/models/gpt2/model.safetensors", import.meta.url));
const formats = ["int4", "q4_K", "nvfp4"];

test("threads measure what one would, several tensors each, and say what goes wrong", async () => {
  const folder = await openModelPath(path);
  const tensors = [...(await openTensors(folder)).tensors.values()].slice(0, 5);
  const expected: TensorRow[] = [];
  for (const tensor of tensors) for await (const row of measureTensor(tensor, formats)) expected.push(row);
  await folder.close();

  const found = new Map<string, TensorRow[]>();
  let told = 0;
  const tasks = tensors.map(({name}) => ({tensor: name}));
  await onThreads({path, formats}, 2, tasks, async (task, measure) => {
    const rows = await measure(task, () => {
      told++;
    });
    found.set(task.tensor, rows);
  });
  expect(tensors.flatMap(({name}) => found.get(name))).toEqual(expected);
  expect(told).toBe(expected.length);

  const missing = onThreads({path, formats}, 1, [{tensor: "absent"}], async (task, measure) => {
    await measure(task, () => {});
  });
  await expect(missing).rejects.toThrow("quantize: absent is no longer in ");
});
