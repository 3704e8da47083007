import {readFileSync} from "node:fs";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {intervalText} from "../../../src/components/by-hand/site/claim-entry.js";
import {ALL, countText, filtered, filterParams} from "../../../src/components/by-hand/site/claims-filter.js";
import {claimsIndex, LEDGERS} from "../../../src/data/claims.js";
import type {Provenance} from "../../../src/lib/experiment/provenance.js";
import {type ClaimRow, claimLines} from "../../../src/lib/experiments/claims/claim-lines.js";
import {printedIn} from "../../../src/lib/experiments/claims/papers.js";
import {experiments} from "../../../src/lib/experiments/registry.js";

const row = (claim: string, verdict: string, provenance: Provenance, value: number | null = 1): ClaimRow => ({
  claim,
  statement: `${claim} holds`,
  paper: "arXiv:2503.18893",
  place: "abstract",
  subject: "a model",
  quantity: "loss",
  value,
  low: null,
  high: null,
  documents: null,
  method: "",
  unit: "%",
  verdict,
  kind: "measured",
  why: "another model",
  provenance,
});

describe("claims, a line each", () => {
  const rows = [
    row("a", "agrees", "reported"),
    row("a", "agrees", "modelled"),
    row("b", "differs", "reported"),
    row("a", "agrees", "measured"),
    row("b", "differs", "measured", null),
  ];

  test("are in the ledger's order and count the numbers of their rows", () => {
    expect(claimLines(rows).map(({claim, numbers}) => [claim, numbers])).toEqual([
      ["a", 3],
      ["b", 2],
    ]);
  });

  test("say what their verdict rests on", () => {
    const modelled = {...row("c", "agrees", "measured"), kind: "modelled"};
    expect(claimLines([...rows, modelled]).map(({kind}) => kind)).toEqual([
      "measured",
      "measured",
      "modelled",
    ]);
  });
});

describe("where a claim was printed", () => {
  test("is a paper by its name, in the version that the claim cites", () => {
    expect(printedIn("arXiv:2501.04052v2")).toEqual({
      name: "RaZeR",
      id: "arXiv:2501.04052v2",
      href: "https://arxiv.org/abs/2501.04052v2",
    });
  });

  test("is a repository, or words without an address", () => {
    expect(printedIn("hahnyuan/LLM-Viewer at 472f71f")).toMatchObject({
      name: "LLM-Viewer",
      href: "https://github.com/hahnyuan/LLM-Viewer",
    });
    expect(printedIn("reference implementations").href).toBeUndefined();
  });

  test("has a name for every paper that the ledgers cite", async () => {
    const sources = await ledgerSources();
    const cited = [...new Set([...sources.matchAll(/"(arXiv:\d{4}\.\d{5}(?:v\d+)?)"/g)].map(([, id]) => id))];
    expect(cited.length).toBeGreaterThan(15);
    const unnamed = cited.filter((id) => printedIn(id).name === id);
    expect(unnamed, "papers without a name in src/lib/experiments/claims/papers.ts").toEqual([]);
  });
});

async function ledgerSources(): Promise<string> {
  const {readdir, readFile} = await import("node:fs/promises");
  const folder = "src/lib/experiments/claims";
  const files = (await readdir(folder, {recursive: true})).filter(
    (name) => name.endsWith(".ts") && name !== "papers.ts",
  );
  return (await Promise.all(files.map((name) => readFile(`${folder}/${name}`, "utf8")))).join("\n");
}

describe("the index of claims", () => {
  const verdicts = ["differs", "agrees", "open", "same direction"];
  const claim = fc.record({id: fc.integer({min: 0, max: 9}), verdict: fc.constantFrom(...verdicts)});
  const family = fc.uniqueArray(claim, {selector: ({id}) => id, minLength: 1});

  test("counts every claim once, with verdicts from agreement on", () => {
    fc.assert(
      fc.property(family, family, (first, second) => {
        const {claims, summary} = claimsIndex(
          [first, second].map((found, n) => ({
            title: `family ${n}`,
            rows: found.map(({id, verdict}) => row(`${n}-${id}`, verdict, "measured")),
          })),
        );
        for (const {family, counts} of summary) {
          expect(Object.keys(counts).slice(0, 3)).toEqual(["agrees", "same direction", "differs"]);
          for (const [verdict, count] of Object.entries(counts)) {
            expect(claims.filter((c) => c.family === family && c.verdict === verdict).length).toBe(count);
          }
        }
        const all = summary.flatMap(({counts}) => Object.values(counts)).reduce((sum, n) => sum + n, 0);
        expect(all).toBe(first.length + second.length);
      }),
    );
  });

  test("has every ledger, and the page its table and its workbench", () => {
    const ids = Object.keys(experiments).filter((id) => id.startsWith("claims/"));
    expect(LEDGERS.map(({id}) => id).sort()).toEqual(ids.sort());
    const page = readFileSync("src/claims.md", "utf8");
    for (const {id, title} of LEDGERS) {
      expect(page).toContain(`"${title}": () => FileAttachment("./data/tables/${id}.arrow").arrayBuffer(),`);
      expect(page).toMatch(new RegExp(`"${title}": "\\w+\\."`));
    }
  });
});

describe("filters of claims", () => {
  const {claims} = claimsIndex([
    {
      title: "one",
      rows: [row("a", "agrees", "measured"), {...row("b", "differs", "modelled"), kind: "modelled"}],
    },
    {title: "two", rows: [row("c", "differs", "measured")]},
  ]);
  const all = {family: ALL, paper: ALL, verdict: ALL, kind: ALL};
  const ids = (filter: object) => filtered(claims, {...all, ...filter}).map(({claim}) => claim);

  test("let everything pass at first, and narrow together", () => {
    expect(ids({})).toEqual(["a", "b", "c"]);
    expect(ids({verdict: "differs"})).toEqual(["b", "c"]);
    expect(ids({verdict: "differs", kind: "measured"})).toEqual(["c"]);
    expect(ids({family: "two", verdict: "agrees"})).toEqual([]);
  });

  test("offer what the claims have", () => {
    const {paper, family, verdict} = filterParams(claims);
    expect(paper.options).toEqual([ALL, "xKV"]);
    expect(family.options).toEqual([ALL, "one", "two"]);
    expect(verdict.options).toEqual([ALL, "agrees", "differs"]);
  });

  test("say how many claims they leave", () => {
    expect(countText(3, 3)).toBe("All 3 claims");
    expect(countText(1, 3)).toBe("1 of 3 claims");
  });
});

describe("the interval of a number", () => {
  const known = {low: 0.5, high: 1.5, method: "95 %, a method", documents: 24};

  test("says its ends, its method and its documents", () => {
    expect(intervalText(known)).toBe(" (0.5 to 1.5; 95 %, a method, 24 documents)");
    expect(intervalText({...known, documents: null})).toBe(" (0.5 to 1.5; 95 %, a method)");
  });

  test("is nothing where there is none", () => {
    expect(intervalText({...known, low: null, high: null})).toBe("");
  });
});
