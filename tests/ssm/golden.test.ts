import {mkdtemp, readdir, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, expect, test, vi} from "vitest";
import {conformance} from "../../src/cli/conformance/main.js";

const FOLDER = "tests/golden/kv-attention-ssm";
const OURS = /^(selective_scan_|causal_conv1d_silu|segsum|ssd_minimal_|vmeanba_)/;

let out = "";
let table = "";
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), "ssm-"));
  table = "";
  vi.spyOn(console, "log").mockImplementation((text: string) => {
    table += `${text}\n`;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(out, {recursive: true});
});

test("agrees with every golden scan, convolution and segment sum", async () => {
  const files = (await readdir(FOLDER)).filter((file) => OURS.test(file));
  expect(files.length).toBeGreaterThanOrEqual(10);
  expect(await conformance(["--out", out, ...files.map((file) => join(FOLDER, file))])).toBe(0);
  expect(table.match(/ agrees /g)?.length).toBe(files.length);
});
