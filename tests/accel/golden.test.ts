import {readdirSync, readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import type {GoldenTensor} from "../../src/cli/conformance/op.js";
import {accelerators} from "../../src/cli/conformance/ops/accelerators.js";

type Rule = {kind: string; abs?: number; rel?: number; ignore?: string[]; skip?: string};
type Json = Record<string, unknown>;

interface Golden {
  op: string;
  params: Json;
  tolerance: Record<string, Rule>;
  computed?: string[];
  rows?: Json[];
  inputs: Record<string, {shape: number[]; dtype: string; b64: string}>;
  outputs: Record<string, {shape: number[]; dtype: string; b64: string}>;
}

const folder = new URL("../golden/accelerators/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
const read = (name: string): Golden => JSON.parse(readFileSync(new URL(name, folder), "utf8"));

function ruleFor(tolerance: Record<string, Rule>, path: string): Rule {
  const prefixes = Object.keys(tolerance).filter((key) => path === key || path.startsWith(`${key}/`));
  return tolerance[prefixes.sort((a, b) => b.length - a.length)[0] ?? "*"];
}

function agrees(expected: number, computed: number, {kind, abs = 0, rel = 0}: Rule): boolean {
  const difference = Math.abs(expected - computed);
  const allowed = kind === "exact" ? 0 : Math.max(abs, rel * Math.abs(expected));
  return expected === computed || difference <= allowed;
}

/** Every leaf that differs, with its path; fields that the file ignores are left out. */
function differences(
  expected: unknown,
  computed: unknown,
  path: string,
  tolerance: Golden["tolerance"],
): string[] {
  const rule = ruleFor(tolerance, path);
  if (rule.kind === "informational") return [];
  if (typeof expected === "object" && expected !== null) {
    return Object.keys(expected)
      .filter((key) => !(rule.ignore ?? []).includes(key))
      .flatMap((key) =>
        differences(
          (expected as Json)[key],
          (computed as Json | undefined)?.[key],
          `${path}/${key}`,
          tolerance,
        ),
      );
  }
  const same =
    typeof expected === "number" ? agrees(expected, computed as number, rule) : expected === computed;
  return same ? [] : [`${path}: expected ${expected}, computed ${computed}`];
}

function decoded({dtype, shape, b64}: {shape: number[]; dtype: string; b64: string}): GoldenTensor {
  const bytes = Uint8Array.from(Buffer.from(b64, "base64"));
  if (dtype === "f32") return {dtype, shape, data: new Float32Array(bytes.buffer)};
  if (dtype === "u8") return {dtype, shape, data: bytes};
  throw new TypeError(`no reader for ${dtype}`);
}

describe("the golden tables", () => {
  for (const name of files) {
    test(`${name} is reproduced`, () => {
      const {op, params, tolerance, computed = [], rows = []} = read(name);
      const rowOp = accelerators.rows?.[op];
      if (rowOp === undefined) return expect(accelerators.cases?.[op]).toBeDefined();
      const bad = rows.flatMap((row, i) => {
        const given = Object.fromEntries(Object.entries(row).filter(([key]) => !computed.includes(key)));
        const result = rowOp(given, params);
        return computed.flatMap((column) =>
          differences(row[column], result[column], column, tolerance).map((line) => `row ${i} ${line}`),
        );
      });
      expect(rows.length).toBeGreaterThan(0);
      expect(bad).toEqual([]);
    });
  }

  for (const name of files.filter((file) => file.startsWith("elsa_mask"))) {
    test(`${name} has the same mask in every group without a tie`, () => {
      const {params, inputs, outputs} = read(name);
      const x = decoded(inputs.x);
      const tied = decoded(inputs.tied_group).data;
      const expected = decoded(outputs.y).data;
      const {y} = accelerators.cases!.nm_mask(params, {x}) as {y: {data: Uint8Array; shape: number[]}};
      const run = expected.length / tied.length;
      const bad = [...expected].flatMap((e, i) => (tied[Math.floor(i / run)] || e === y.data[i] ? [] : [i]));
      expect(y.shape).toEqual(x.shape);
      expect(bad).toEqual([]);
    });
  }
});
