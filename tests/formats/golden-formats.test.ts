import {readdirSync, readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {checkGolden} from "../../src/cli/conformance/check-file.js";
import {mergeOps} from "../../src/cli/conformance/load-ops.js";
import {mxElement, namedElement} from "../../src/cli/conformance/ops/formats-arguments.js";
import {ops as cast} from "../../src/cli/conformance/ops/formats-cast.js";
import {ops as codebook} from "../../src/cli/conformance/ops/formats-codebook.js";
import {ops as int} from "../../src/cli/conformance/ops/formats-int.js";
import {ops as mx} from "../../src/cli/conformance/ops/formats-mx.js";
import {e2m1, e4m3fn, e8m0} from "../../src/lib/formats/element.js";

const ops = mergeOps([cast, mx, int, codebook]);
const folder = new URL("../golden/number-formats/", import.meta.url);
const ours = readdirSync(folder).filter((name) => {
  if (!name.endsWith(".json")) return false;
  const {op} = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as {op: string};
  return op in ops.cases;
});

test.each(ours)("%s agrees with the reference, bit for bit", (name) => {
  const {verdict, comparisons, reason} = checkGolden(readFileSync(new URL(name, folder), "utf8"), ops);
  expect(comparisons.filter(({agrees}) => !agrees)).toEqual([]);
  expect(["agrees", "informational"], reason).toContain(verdict);
});

test("the golden vectors of casts, MX, NF4 and integers are all there", () => {
  expect(ours.length).toBeGreaterThanOrEqual(38);
});

test("a wrong value in a golden file is found", () => {
  const file = JSON.parse(readFileSync(new URL("mx_fp4_e2m1_b32.json", folder), "utf8"));
  const bytes = Buffer.from(file.outputs.codes_half_even.b64, "base64");
  bytes[700] ^= 1;
  file.outputs.codes_half_even.b64 = bytes.toString("base64");
  expect(checkGolden(JSON.stringify(file), ops).verdict).toBe("differs");
});

test("elements are read from the names of both references", () => {
  expect(namedElement("e8m0fnu")).toBe(e8m0);
  expect(namedElement("e2m1fn").values).toEqual(e2m1.values);
  expect(namedElement("e4m3b11fnuz").max).toBe(30);
  expect(namedElement("e5m2")).toMatchObject({infCode: 0x7c});
  expect(mxElement("fp8_e4m3")).toBe(e4m3fn);
  expect(mxElement("fp4")).toBe(e2m1);
  expect(mxElement("int6").max).toBe(31 / 16);
  expect(() => namedElement("float8")).toThrow("format: must be named like e4m3fn or e5m2, got float8");
});
