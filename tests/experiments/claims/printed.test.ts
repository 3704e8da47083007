import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {hardwareClaims} from "../../../src/lib/experiments/claims/accelerators.js";
import type {Claim, Evidence} from "../../../src/lib/experiments/claims/claim.js";
import {type ClaimRow, claimLines} from "../../../src/lib/experiments/claims/claim-lines.js";
import {DECODING_CLAIMS} from "../../../src/lib/experiments/claims/decoding.js";
import {flashDlmClaims} from "../../../src/lib/experiments/claims/diffusion/flash-dlm.js";
import {measured} from "../../../src/lib/experiments/claims/evidence.js";
import {CACHE_CLAIMS} from "../../../src/lib/experiments/claims/kv-caches.js";
import {
  ledgerRows,
  paperParam,
  papersOf,
  papersParam,
} from "../../../src/lib/experiments/claims/ledger-rows.js";
import {formatClaims} from "../../../src/lib/experiments/claims/number-formats.js";
import {printedIn} from "../../../src/lib/experiments/claims/papers.js";
import {semanticClaims} from "../../../src/lib/experiments/claims/scenes/semantic-compression.js";
import {glaClaims} from "../../../src/lib/experiments/claims/state-space/gla.js";
import {quambaClaims} from "../../../src/lib/experiments/claims/state-space/quamba.js";
import {quamba2Claims} from "../../../src/lib/experiments/claims/state-space/quamba2.js";
import {vmeanbaClaims} from "../../../src/lib/experiments/claims/state-space/vmeanba.js";
import {SELECTION_CLAIMS} from "../../../src/lib/experiments/claims/token-selection.js";
import {modelClaims} from "../../../src/lib/experiments/claims/working-model.js";

type AnyClaim = Pick<Claim<never>, "id" | "paper" | "place" | "statement" | "why" | "kind" | "reported">;
const ledgers: Readonly<Record<string, readonly AnyClaim[]>> = {
  accelerators: hardwareClaims,
  decoding: DECODING_CLAIMS,
  diffusion: flashDlmClaims,
  "kv-caches": Object.values(CACHE_CLAIMS).flat(),
  "number-formats": formatClaims,
  scenes: semanticClaims,
  "state-space": [...quambaClaims, ...quamba2Claims, ...glaClaims, ...vmeanbaClaims],
  "token-selection": Object.values(SELECTION_CLAIMS).flat(),
  "working-model": modelClaims,
};
const all = Object.values(ledgers).flat();
const reportedOf = (id: string): readonly Evidence[] => all.find((claim) => claim.id === id)!.reported;
/** What a claim printed, quantity by quantity; null where there is no number. */
const printed = (id: string) => reportedOf(id).map(({value}) => value);

describe.each(Object.entries(ledgers))("the claims of the ledger of %s", (_, claims) => {
  test.each(claims.map((claim) => [claim.id, claim] as const))(
    "%s names a paper that is known, and a place in it",
    (_id, {paper, place, statement, why}) => {
      const {name, id, href} = printedIn(paper);
      expect(id).toBe(paper);
      if (/^arXiv:/.test(paper)) {
        // A paper without a name of its own would stand under its number.
        expect(name).not.toBe(paper);
        expect(href).toMatch(/^https:\/\/arxiv\.org\/abs\/\d{4}\.\d{5}(v\d+)?$/);
      }
      expect(place.trim()).toBe(place);
      expect(place.length).toBeGreaterThan(3);
      for (const sentence of [statement, why]) {
        expect(sentence).toMatch(/^([A-Z0-9]|xKV)/);
        expect(sentence).toMatch(/\.$/);
        expect(sentence).not.toMatch(/ {2}|undefined|NaN|\[object/);
      }
    },
  );

  test("print numbers that are finite, each with a unit, and each quantity of a subject once", () => {
    for (const {id, reported} of claims) {
      for (const {value, unit, quantity, subject, low, high} of reported) {
        expect(value === null || Number.isFinite(value), `${id}: ${quantity}`).toBe(true);
        expect(low ?? high, id).toBeUndefined();
        if (value !== null) expect(unit, `${id}: ${quantity}`).not.toBe("");
        expect(subject, id).not.toBe("");
      }
      const keys = reported.map(({subject, quantity}) => `${subject}: ${quantity}`);
      expect(new Set(keys).size, id).toBe(keys.length);
    }
  });
});

describe("printed numbers are those of the papers", () => {
  test.each([
    ["xkv-groups", [87.8, 70.9, 35.4]],
    ["xkv-over-minicache", [6.8, 2.7]],
    ["xkv-ratios", [2.52, 2.41, 3.15, 3.01, 5.04, 4.82, 6.3, 6.02, 8.4, 8.03]],
    ["xkv-latents", [1.76, 2.2, 2.51, 2.94, 3.53]],
    ["minicache-rule", [43.8]],
    ["mla-size", [93.3]],
    ["semantic-around-100", [100]],
    ["semantic-structure-10", [10]],
    ["semantic-10-5", [1e5]],
    ["kivi-size", [2.6]],
    ["kivi-batch", [4]],
    ["kivi-throughput", [2.35, 3.47]],
    ["kivi-quality", [38.72, 38.3, 43.54, 42.43]],
    ["cskv", [80, 95]],
    ["ksort-bfp", [2]],
    ["sparamx-cache", [1.14]],
    ["sparamx-linear", [1.42]],
    ["tokenbutler-overhead", [0.99, 1.02, 1.22]],
    ["hsa-throughput", [247, 2.45, 117, 13.5]],
    ["lean-attention", [2.6, 8.33]],
    ["scale-sim-cycles", [1503]],
    ["llm-viewer-grouping", [7.4354, 7.6307]],
    ["flashdlm-34x", [34.1, 34]],
    ["flashdlm-average", [12.14]],
    ["freecache-speed", [4.42, 6.32]],
    ["freecache-loss", [4.42, 6.32, 79.68, 77.4]],
    ["guided-loss", [17.8, 79.68, 80.33]],
    ["guided-against-decoder", [3.43, 3.23, 82.3, 91.13]],
    ["quamba-accuracy", [0.9]],
    ["quamba-static", [9.45, 10.31, 78.63]],
    ["quamba-order", [10.31, 13.59, 16.92, 78.63]],
    ["quamba2-accuracy", [1.6]],
    ["quamba2-over-quamba", [63.8, 56.5, 62.5]],
  ])("%s", (id, values) => {
    expect(printed(id)).toEqual(values);
  });

  test("of TokenButler at half the keys, model by model", () => {
    const table = Object.fromEntries(
      reportedOf("tokenbutler-perplexity-as-run").map(({subject, quantity, value}) => [
        `${subject}: ${quantity.replace(/^perplexity of | *, half the keys$/g, "")}`,
        value,
      ]),
    );
    expect(table).toMatchObject({
      "Llama-3.2-1B: oracle": 11.28,
      "Llama-3.2-1B: TokenButler": 11.55,
      "Llama-3.2-1B: H2O": 12.41,
      "Llama-3.2-1B: SnapKV": 13.73,
      "Llama-3.2-1B: StreamingLLM": 15.18,
      "Llama-3.2-1B: Quest": 103,
      "Llama-3.1-8B: TokenButler": 7.38,
      "Llama-3.1-8B: Quest": 35.4,
      "Llama-2-7B: SnapKV": 7.03,
      "Mistral-7B: TokenButler": 6.02,
      "Mistral-7B: H2O": 6.59,
    });
    // The margin that the abstract names is Mistral's over the next best.
    expect(table["Mistral-7B: H2O"]! / table["Mistral-7B: TokenButler"]! - 1).toBeGreaterThan(0.08);
    for (const {subject, value} of reportedOf("tokenbutler-near-oracle")) {
      const ratio = table[`${subject}: TokenButler`]! / table[`${subject}: oracle`]!;
      expect(value, subject).toBeCloseTo(100 * (ratio - 1), 9);
    }
  });

  test("of Quamba2's latencies give the ratios that stand beside them", () => {
    const of = (subject: string, quantity: string) =>
      reportedOf("quamba2-latency").find((each) => each.subject === subject && each.quantity === quantity)!
        .value!;
    const on = (quantity: string) => of("Mamba2 8B, A5000", quantity);
    expect(on("ratio of the times per output token")).toBeCloseTo(22.73 / 7.43, 12);
    expect(on("ratio of the times to first token")).toBeCloseTo(197.8 / 140.78, 12);
    expect(on("ratio of the times per output token").toFixed(2)).toBe("3.06");
    expect(Math.round(of("Mamba2 8B, Orin Nano", "tokens a second"))).toBe(13);
  });

  test("of Quamba2's sizes are those of the tables, in thousands of MiB", () => {
    const sizes = reportedOf("quamba2-size").map(({value}) => value);
    expect(sizes).toEqual([5.3, 2.8, 1.5, 5.2, 2.7, 1.4, 15.7, 7.9, 4, 4]);
  });

  test("of RaZeR's reductions follow from the rounded averages of its table, and not from the averages", () => {
    const averages = {FP16: 9.35, RaZeR: 9.52, NVFP4: 9.61} as const;
    const rounded = 100 * ((averages.NVFP4 - averages.RaZeR) / (averages.NVFP4 - averages.FP16));
    const [abstract, exact] = reportedOf("razer-weight-only");
    expect(abstract.value).toBeCloseTo(rounded, 1);
    // Sums of sixteen perplexities: 149.65 of FP16, 153.8 of NVFP4 and 152.32 of RaZeR.
    expect(exact.value).toBeCloseTo((100 * (153.8 - 152.32)) / (153.8 - 149.65), 6);
    const both = reportedOf("model-reduction-weights-activations").map(({value}) => value);
    expect(both[0]).toBeCloseTo(100 * ((9.83 - 9.68) / (9.83 - 9.35)), 0);
    expect(reportedOf("model-order-weights-activations").map(({value}) => value!.toFixed(2))).toEqual(
      expect.arrayContaining(["9.68", "9.83"]),
    );
  });

  test("say null only where the claim says that no number is printed", () => {
    for (const {id, reported} of all) {
      for (const {value, unit} of reported) if (value === null) expect(unit, id).toBe("");
    }
    expect(printed("kinetics-attention")).toEqual([null]);
    expect(printed("hsa-energy")).toEqual([null]);
  });
});

describe("a claim's source", () => {
  const number = fc
    .tuple(fc.integer({min: 0, max: 9999}), fc.integer({min: 0, max: 99_999}))
    .map(([left, right]) => `${String(left).padStart(4, "0")}.${String(right).padStart(5, "0")}`);

  test("on arXiv has an address with its version, under its number where it has no name", () => {
    fc.assert(
      fc.property(number, fc.constantFrom("", "v1", "v12"), (id, version) => {
        const found = printedIn(`arXiv:${id}${version}`);
        expect(found.href).toBe(`https://arxiv.org/abs/${id}${version}`);
        expect(found.id).toBe(`arXiv:${id}${version}`);
      }),
      {seed: 71},
    );
    expect(printedIn("arXiv:9999.99999").name).toBe("arXiv:9999.99999");
    expect(printedIn("arXiv:2501.04052v1")).toMatchObject({name: "RaZeR", id: "arXiv:2501.04052v1"});
  });

  test("in a repository has its address, and by name alone none", () => {
    expect(printedIn("hahnyuan/LLM-Viewer at 472f71f")).toEqual({
      name: "LLM-Viewer",
      id: "hahnyuan/LLM-Viewer at 472f71f",
      href: "https://github.com/hahnyuan/LLM-Viewer",
    });
    expect(printedIn("microsoft/T-MAC, README")).toMatchObject({name: "T-MAC"});
    expect(printedIn("OCP MX 1.0 and its implementations")).toEqual({
      name: "OCP MX 1.0 and its implementations",
      id: "OCP MX 1.0 and its implementations",
    });
  });
});

describe("a ledger in lines", () => {
  const rows = async (): Promise<ClaimRow[]> =>
    ledgerRows(
      hardwareClaims.slice(0, 3).map((claim) => ({...claim, ours: () => [measured("ours", "any", 1, "x")]})),
      undefined,
    );

  test("has a line for each claim in its order, with as many numbers as rows", async () => {
    const found = await rows();
    const lines = claimLines(found);
    expect(lines.map(({claim}) => claim)).toEqual(hardwareClaims.slice(0, 3).map(({id}) => id));
    for (const {claim, numbers, statement, place, kind} of lines) {
      const source = hardwareClaims.find(({id}) => id === claim)!;
      expect(numbers).toBe(source.reported.length + 1);
      expect({statement, place, kind}).toEqual({
        statement: source.statement,
        place: source.place,
        kind: source.kind,
      });
    }
    expect(lines.reduce((sum, {numbers}) => sum + numbers, 0)).toBe(found.length);
  });

  test("keeps the claims' first order where rows of one come apart, and is empty without rows", async () => {
    const found = await rows();
    const apart = [...found.filter((_, i) => i % 2 === 0), ...found.filter((_, i) => i % 2 === 1)];
    const sums = (lines: ReturnType<typeof claimLines>) =>
      Object.fromEntries(lines.map(({claim, numbers}) => [claim, numbers]));
    expect(sums(claimLines(apart))).toEqual(sums(claimLines(found)));
    expect(claimLines([])).toEqual([]);
  });
});

describe("the parameters of ledgers", () => {
  test("choose papers in the order in which claims first name them, all at first", () => {
    const papers = papersOf(hardwareClaims);
    expect(new Set(papers).size).toBe(papers.length);
    expect(papers[0]).toBe(hardwareClaims[0].paper);
    const param = papersParam(papers);
    expect(param.kind).toBe("choices");
    expect(param.default).toEqual(param.options);
  });

  test("choose one paper where each takes long, the first at first", () => {
    const param = paperParam(["arXiv:1", "arXiv:2"]);
    expect(param).toMatchObject({kind: "choice", options: ["arXiv:1", "arXiv:2"], default: "arXiv:1"});
  });
});
