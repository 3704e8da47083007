import {execFile} from "node:child_process";
import {promisify} from "node:util";
import {describe, expect, test} from "vitest";
import {experiments, loadExperiment} from "../../src/lib/experiments/registry.js";
import {checkParams} from "../../src/lib/technique/check-params.js";

const ids = Object.keys(experiments);

describe("what an experiment says of itself", () => {
  test.each(ids)("%s survives the way to a page: nothing of it but its code is lost", async (id) => {
    const {run: _, needsOf: __, ...definition} = await loadExperiment(id);
    const arrived = JSON.parse(JSON.stringify(definition));
    expect(arrived).toEqual(definition);
    for (const setting of definition.sweep) {
      expect(checkParams(id, arrived.params, setting)).toEqual(checkParams(id, definition.params, setting));
    }
  });

  test("comes from the loader as it is", async () => {
    const loader = "src/data/definitions/[family]/[name].json.ts";
    const args = ["node_modules/tsx/dist/cli.mjs", loader, "--family", "accel", "--name", "roofline"];
    const {stdout} = await promisify(execFile)(process.execPath, args);
    const {run: _, needsOf: __, ...definition} = await loadExperiment("accel/roofline");
    expect(JSON.parse(stdout)).toEqual(definition);
  });
});
