import {cp, mkdtemp, readFile, rm, stat} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, onTestFinished, test} from "vitest";
import {packTensors} from "../../scripts/pack-tensors.js";
import {loadTensors} from "../../src/components/kit/runs/load-tensors.js";

const SOURCE = "src/data/models/decoder-small/token-butler.safetensors";

const loaded = async (file: string) =>
  loadTensors(`data:application/octet-stream;base64,${await readFile(file, "base64")}`);

test("tensors of a site take less room, and a page loads the same numbers", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tensors-"));
  onTestFinished(() => rm(folder, {recursive: true}));
  const packed = join(folder, "packed.safetensors");
  await cp(SOURCE, packed);
  await packTensors([packed]);
  const {size} = await stat(packed);
  expect(size).toBeLessThan(0.9 * (await stat(SOURCE)).size);
  await packTensors([packed]);
  expect((await stat(packed)).size).toBe(size);
  expect(await loaded(packed)).toEqual(await loaded(SOURCE));
});
