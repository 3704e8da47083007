import {mkdtemp, readdir, readFile, rm, symlink, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, test, vi} from "vitest";
import {conformance} from "../../src/cli/conformance/main.js";

const FAMILIES = ["number-formats"];
const golden = (name: string) => join("tests/golden", name);

let out = "";
let table = "";
let complaints = "";
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), "conformance-"));
  table = "";
  complaints = "";
  vi.spyOn(console, "log").mockImplementation((text: string) => {
    table += `${text}\n`;
  });
  vi.spyOn(console, "error").mockImplementation((text: string) => {
    complaints += `${text}\n`;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(out, {recursive: true});
});

describe("conformance", () => {
  for (const family of FAMILIES) {
    test(`agrees with every golden file of ${family}`, async () => {
      const files = (await readdir(golden(family))).filter((file) => file.endsWith(".json"));
      const code = await conformance(["--out", out, ...files.map((file) => join(golden(family), file))]);
      expect(complaints.split("\n").filter((line) => !/information_only/.test(line) && line !== "")).toEqual(
        [],
      );
      expect(code).toBe(0);
      const verdicts = table
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.split(/ {2,}/)[2]);
      expect(verdicts).toHaveLength(files.length);
      expect(verdicts.filter((verdict) => verdict === "agrees").length).toBeGreaterThan(50);
    });
  }

  test("gives the same results for a file that was stripped of its outputs", async () => {
    const name = "mx_fp4_e2m1_b32.json";
    const {outputs, ...stripped} = JSON.parse(await readFile(golden(`number-formats/${name}`), "utf8"));
    await writeFile(join(out, name), JSON.stringify(stripped));
    expect(await conformance(["--out", join(out, "of-stripped"), join(out, name)])).toBe(0);
    expect(table).toContain("computed");
    await conformance(["--out", join(out, "of-whole"), golden(`number-formats/${name}`)]);
    const [whole, bare] = await Promise.all(
      ["of-whole", "of-stripped"].map((folder) => readFile(join(out, folder, name), "utf8")),
    );
    expect(Object.keys(JSON.parse(bare).outputs).sort()).toEqual(Object.keys(outputs).sort());
    expect(bare === whole).toBe(true);
  });

  test("refuses to write its results over its input, however the folder is named", async () => {
    const name = "nf4.json";
    const text = await readFile(golden(`number-formats/${name}`), "utf8");
    await writeFile(join(out, name), text);
    await symlink(out, join(out, "link"));
    for (const folder of [out, `${out}/.`, join(out, "link")]) {
      expect(await conformance(["--out", folder, join(out, name)])).toBe(2);
      expect(complaints).toContain("must be another folder than that of");
      expect(await readFile(join(out, name), "utf8")).toBe(text);
    }
  });

  test("goes on after files that are unknown, malformed or missing, and fails at the end", async () => {
    await writeFile(join(out, "unknown.json"), JSON.stringify({op: "nobody_knows"}));
    await writeFile(join(out, "malformed.json"), "{");
    const files = ["unknown.json", "malformed.json", "missing.json"].map((file) => join(out, file));
    const code = await conformance(["--out", join(out, "r"), ...files, golden("number-formats/nf4.json")]);
    expect(code).toBe(1);
    expect(table).toMatch(/^unknown\.json +nobody_knows +unknown$/m);
    expect(table).toMatch(/^malformed\.json +malformed$/m);
    expect(table).toMatch(/^missing\.json +malformed$/m);
    expect(table).toMatch(/^nf4\.json +nf4_fake_quant +agrees +0 +0$/m);
    expect(complaints).toContain("unknown.json: no op is named nobody_knows");
  });

  test("fails where a single expected value is another one, and says which", async () => {
    const name = "cast_e4m3fn.json";
    const file = JSON.parse(await readFile(golden(`number-formats/${name}`), "utf8"));
    const bytes = Buffer.from(file.outputs.codes.b64, "base64");
    bytes[5] ^= 1;
    file.outputs.codes.b64 = bytes.toString("base64");
    await writeFile(join(out, name), JSON.stringify(file));
    expect(await conformance(["--out", join(out, "r"), join(out, name)])).toBe(1);
    expect(complaints).toMatch(/cast_e4m3fn\.json: codes: 1 of \d+ disagree: element 5 is \d+, expected \d+/);
  });

  test.each([
    [[], "--out must name the folder of the results"],
    [["--out", "x"], "at least one golden file must be given"],
    [
      ["--out", "x", "a/one.json", "b/one.json"],
      "every file must have a name of its own, got one.json twice",
    ],
    [["--nothing"], "--nothing"],
    [["--out", "x", "--out", "y", "one.json"], "--out must be given once"],
  ])("%j is a wrong call", async (args, message) => {
    expect(await conformance(args)).toBe(2);
    expect(complaints).toContain(message);
  });
});
