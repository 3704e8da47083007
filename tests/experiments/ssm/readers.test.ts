import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import type {DataSets} from "../../../src/lib/experiment/experiment.js";
import {
  isMamba,
  needsOfReaders,
  READER_IDS,
  READER_NEEDS,
  reader,
  readersParam,
} from "../../../src/lib/experiments/ssm/readers.js";

const IDS = [1, 40, 7, 100, 3, 55, 21, 9];
let data: DataSets;
beforeAll(async () => {
  data = await loadData(READER_NEEDS);
});

const closeTo = (found: ArrayLike<number>, expected: ArrayLike<number>) => {
  expect(found.length).toBe(expected.length);
  const scale = Math.max(...Array.from(expected, Math.abs));
  for (let i = 0; i < found.length; i++) {
    // One reading order of float32 sums against another.
    expect(Math.abs(found[i] - expected[i])).toBeLessThan(1e-4 * scale);
  }
};

describe.each(READER_IDS)("%s", (id) => {
  test("reads a text in parts as it reads it at once", async () => {
    const begin = await reader(id, data);
    const whole = begin().read(IDS).data;
    const text = begin();
    const parts = [IDS.slice(0, 3), IDS.slice(3, 4), IDS.slice(4)].flatMap((ids) => [...text.read(ids).data]);
    closeTo(parts, whole);
  });

  test("begins every text anew", async () => {
    const begin = await reader(id, data);
    const first = begin();
    first.read(IDS);
    expect(begin().read(IDS).data).toEqual(begin().read(IDS).data);
    expect(first.read(IDS).data).not.toEqual(begin().read(IDS).data);
  });

  test("what is read aside leaves the text as it was", async () => {
    const begin = await reader(id, data);
    const [asked, plain] = [begin(), begin()];
    asked.read(IDS);
    plain.read(IDS);
    const answer = asked.aside([17, 4]).data;
    expect(asked.aside([17, 4]).data).toEqual(answer);
    expect(asked.read([17, 4]).data).toEqual(plain.read([17, 4]).data);
  });

  test("has logits for the whole vocabulary of every token", async () => {
    const {shape} = (await reader(id, data))().read(IDS);
    expect(shape).toEqual([IDS.length, 256]);
  });

  test("asks for its weights by name", async () => {
    expect(needsOfReaders({models: [id]})).toEqual([`weights/${id}`]);
    await expect(reader(id, new Map())).rejects.toThrow(`weights/${id}`);
  });
});

test("models of both kinds are compared, and told apart by name", () => {
  expect(READER_IDS.filter(isMamba)).toEqual(["mamba1-small", "mamba2-small"]);
  expect(readersParam.default).toBe(READER_IDS);
});
