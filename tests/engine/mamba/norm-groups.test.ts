import {readFileSync} from "node:fs";
import {fileURLToPath} from "node:url";
import {expect, test} from "vitest";
import {openCheckpoint} from "../../../src/lib/checkpoint/open-checkpoint.js";
import {loadMamba} from "../../../src/lib/engine/mamba/load-mamba.js";
import {forwardMamba} from "../../../src/lib/engine/mamba/mamba.js";
import {mambaConfig} from "../../../src/lib/engine/mamba/mamba-config.js";
import {readConfig} from "../../../src/lib/engine/read-config.js";
import {wasmBackend} from "../../../src/lib/engine/wasm/wasm-backend.js";
import {openFolder} from "../../../src/lib/io/node-file.js";
import {maxDifference} from "../golden.js";

/** A random Mamba2 of 4 groups and its logits by a plain loop, with the gated norm over each group and over all. */
const PATH = fileURLToPath(new URL("../../golden/models/mamba2-groups", import.meta.url));
const {ids, perGroup, whole, tolerance} = JSON.parse(readFileSync(`${PATH}/expected.json`, "utf8")) as {
  readonly ids: readonly number[];
  readonly perGroup: readonly (readonly number[])[];
  readonly whole: readonly (readonly number[])[];
  readonly tolerance: number;
};

test.each([
  ["over the channels of each group, as a config without the key has it", {}, perGroup],
  ["over the channels of each group", {norm_groups: 4}, perGroup],
  ["over all channels", {norm_groups: 1}, whole],
])("the gated norm of Mamba2 runs %s", async (_, key, expected) => {
  const folder = await openFolder(PATH);
  const json = new Map([...(await readConfig(folder, "test")), ...Object.entries(key)]);
  for (const backend of [undefined, await wasmBackend()]) {
    const checkpoint = await openCheckpoint(folder);
    const model = await loadMamba(checkpoint, mambaConfig(json), backend ? {backend} : {});
    expect(maxDifference(forwardMamba(model, ids).data, expected.flat())).toBeLessThan(tolerance);
  }
  await folder.close();
});
