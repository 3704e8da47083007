import {describe, expect, test} from "vitest";
import {loadTensors} from "../../src/data/data-sets.js";
import {linearScanRegisters, type OperatorGraph} from "../../src/lib/accel/graphs/graph.js";
import {graphTargets, readGraph} from "../../src/lib/accel/graphs/graph-text.js";
import {rooflineTargets} from "../../src/lib/accel/roofline-text.js";
import {simulateSystolic} from "../../src/lib/accel/systolic/simulate.js";
import {COST_TASKS, typedTask} from "../../src/lib/experiments/regress/cost-tasks.js";
import {drawKernelShape, kernelText, readKernelShape} from "../../src/lib/regress/kernels/kernel-shapes.js";
import {splitOf} from "../../src/lib/tasks/arithmetic.js";
import {labelledText} from "../../src/lib/tasks/cost-task.js";
import {randomStream} from "../../src/lib/tensor/random.js";

const measured = await loadTensors("src/data/measured/kernel-times.safetensors");
const tasks = COST_TASKS.map((id) => typedTask(id, measured).task);
const SPLITS = ["train", "validation", "test"] as const;

describe.each(tasks)("$id", (task) => {
  const drawn = SPLITS.map((split) => Array.from({length: 40}, (_, i) => labelledText(task, split, i)));

  test("has no structure in two splits, and gives the same text again", () => {
    const structures = drawn.map((texts) => new Set(texts.map(({structure}) => structure)));
    SPLITS.forEach((split, i) => {
      for (const structure of structures[i]) {
        expect(splitOf(structure)).toBe(split);
        expect(structures.filter((other) => other.has(structure))).toHaveLength(1);
      }
    });
    expect(labelledText(task, "test", 7)).toEqual(drawn[2][7]);
  });

  test("has a number for each target, most of them not null", () => {
    const texts = drawn.flat();
    for (const {targets} of texts) expect(targets).toHaveLength(task.targets.length);
    const sure = texts.filter(({targets}) => targets.every((target) => target !== null && target >= -9999));
    expect(sure.length).toBeGreaterThan(0.8 * texts.length);
  });
});

describe("roofline", () => {
  const text =
    '{"hidden_size":1024,"num_hidden_layers":8,"num_attention_heads":16,"vocab_size":32000,"batch":1';

  test("twice the bandwidth is half the time of a step that waits for memory", () => {
    const [slow, fast] = [100, 200].map((bandwidth) =>
      rooflineTargets(`${text},"intermediate_size":4096,"tflops":900,"bandwidth":${bandwidth}}`),
    );
    expect((slow[0] as number) / (fast[0] as number)).toBeCloseTo(2, 6);
    expect(slow[1]).toBe(fast[1]);
  });

  test("refuses a format that it has no bits for", () => {
    expect(() => rooflineTargets(`${text},"intermediate_size":4096,"weights":"int9"}`)).toThrow(
      "rooflineComposition: weights must be one of fp16, int8, int4, mxfp4, got int9",
    );
  });
});

describe("graphs", () => {
  const chain = "array 4x4 os\nx0:8x6\nx1=MatMul(x0):8x5\nx2=Relu(x1):8x5";

  test("take two registers in a chain, one more for a value that is read again", () => {
    expect(graphTargets(chain)[1]).toBe(2);
    expect(graphTargets(`${chain}\nx3=Add(x2,x1):8x5`)[1]).toBe(3);
  });

  test("cost what the array takes cycle by cycle where every fold is full", () => {
    const ones = (rows: number, columns: number) => ({
      rows,
      columns,
      data: new Float64Array(rows * columns).fill(1),
    });
    for (const dataflow of ["os", "ws", "is"] as const) {
      const {cycles} = simulateSystolic(ones(8, 12), ones(12, 4), dataflow, [4, 4]);
      expect(graphTargets(`array 4x4 ${dataflow}\nx0:8x12\nx1=MatMul(x0):8x4`)[0]).toBe(cycles);
    }
  });

  /** Values that are alive at an operator: made, and read there or later, and the operator's own. */
  function mostAlive({nodes}: Pick<OperatorGraph, "nodes">): number {
    const alive = nodes.map((_, at) => {
      const read = nodes.slice(at).flatMap(({inputs}) => inputs);
      return (
        Array.from({length: at + 1}, (_, value) => value).filter((value) => read.includes(value)).length + 1
      );
    });
    return Math.max(...alive);
  }

  test("take as many registers as values are alive at once, and read back as they were written", () => {
    const task = tasks.find(({id}) => id === "graph");
    for (let i = 0; i < 60; i++) {
      const {text, targets} = labelledText(task as (typeof tasks)[number], "train", i);
      expect(graphTargets(text)).toEqual(targets);
      expect(linearScanRegisters(readGraph(text))).toBe(mostAlive(readGraph(text)));
    }
  });

  test("are refused with the line that is wrong", () => {
    expect(() => readGraph("array 4x4")).toThrow("the first line must be like array 16x16 ws, got array 4x4");
    expect(() => readGraph("array 4x4 os\nx0:8x6\nx1=Relu(x0):8x7")).toThrow(
      "the shape of Relu must be 8x6, got 8x7",
    );
    expect(() => readGraph("array 4x4 os\nx0:8x6\nx1=Relu(x2):8x6")).toThrow("read after they are made");
    expect(() => readGraph("array 4x4 os\nx0:8x6\nx1=Tanh(x0):8x6")).toThrow("an operator must be one of");
  });
});

test("kernels read back as they were written, and are refused otherwise", () => {
  const stream = randomStream(3);
  for (let i = 0; i < 50; i++) {
    const shape = drawKernelShape(stream);
    expect(readKernelShape(kernelText(shape))).toEqual(shape);
  }
  expect(() => readKernelShape("linear rows=4 inputs=8")).toThrow("outputs must be an integer of at least 1");
  expect(() => readKernelShape("fft n=8")).toThrow("readKernelShape: kernel must be one of linear");
});
