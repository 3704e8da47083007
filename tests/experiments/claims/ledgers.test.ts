import {describe, expect, test} from "vitest";
import {acceleratorClaims} from "../../../src/lib/experiments/claims/accelerators.js";
import {kvCacheClaims} from "../../../src/lib/experiments/claims/kv-caches.js";
import {numberFormatClaims} from "../../../src/lib/experiments/claims/number-formats.js";
import {printedIn} from "../../../src/lib/experiments/claims/papers.js";
import {quambaClaims} from "../../../src/lib/experiments/claims/state-space/quamba.js";
import {quamba2Claims} from "../../../src/lib/experiments/claims/state-space/quamba2.js";
import {stateSpaceClaims} from "../../../src/lib/experiments/claims/state-space.js";
import {SELECTION_CLAIMS, tokenSelectionClaims} from "../../../src/lib/experiments/claims/token-selection.js";
import {modelClaims, workingModelClaims} from "../../../src/lib/experiments/claims/working-model.js";
import {ALL_CLAIMS} from "./all-claims.js";

describe("all ledgers together", () => {
  test("have ids of their own, as the page's anchors need them", () => {
    expect(new Set(ALL_CLAIMS.map(({id}) => id)).size).toBe(ALL_CLAIMS.length);
    for (const {id} of ALL_CLAIMS) expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  test("hold the claims that were missing, each judged, modelled or open", () => {
    const kinds = Object.fromEntries(ALL_CLAIMS.map(({id, kind}) => [id, kind]));
    expect(kinds).toMatchObject({
      "hsa-accuracy": "measured",
      "hsa-energy": "open",
      "gla-quality": "open",
      "gla-speed": "open",
      "kivi-batch": "modelled",
      "kivi-throughput": "modelled",
      "kinetics-threshold": "open",
      "razer-v1-cache": "measured",
      "sparamx-linear": "modelled",
      "tokenbutler-coreference": "measured",
    });
  });

  test("call modelled what is true by construction or follows from a formula", () => {
    const modelled = [
      "hsa-dequantization",
      "mxint4-traffic",
      "lean-attention",
      "elsa-savings",
      "quamba2-size",
    ];
    for (const id of modelled) expect(ALL_CLAIMS.find((claim) => claim.id === id)?.kind, id).toBe("modelled");
  });

  test("cite papers that have an address, or tools and specifications by name", () => {
    for (const {paper} of ALL_CLAIMS) {
      const {href, name} = printedIn(paper);
      if (paper.startsWith("arXiv:")) expect(href, paper).toContain("https://arxiv.org/abs/");
      expect(name.length, paper).toBeGreaterThan(2);
    }
  });

  test("say of models of ours that each was trained once", () => {
    const read = [
      ...modelClaims,
      ...quambaClaims,
      ...quamba2Claims,
      ...Object.values(SELECTION_CLAIMS).flat(),
    ];
    const judged = read.filter(
      ({kind, id}) => kind === "measured" && !["quamba-tails", "quamba2-rearrangement"].includes(id),
    );
    for (const {id, why} of judged) expect(why, id).toMatch(/one training run/);
  });
});

describe("settings of ledgers", () => {
  test.each([
    [kvCacheClaims.id, kvCacheClaims.sweep, kvCacheClaims.params.paper.options],
    [tokenSelectionClaims.id, tokenSelectionClaims.sweep, tokenSelectionClaims.params.paper.options],
    [stateSpaceClaims.id, stateSpaceClaims.sweep, stateSpaceClaims.params.paper.options],
  ] as const)(
    "of %s are a paper each, so that a long table can go on where it stopped",
    (_, sweep, papers) => {
      expect(sweep.map(({paper}) => paper)).toEqual([...papers]);
    },
  );

  test("read at least eight documents a seed", () => {
    for (const {params} of [kvCacheClaims, tokenSelectionClaims, stateSpaceClaims, workingModelClaims]) {
      expect(params.documents.default).toBeGreaterThanOrEqual(8);
      // Two for each of three seeds are the six below which there is no interval.
      expect(3 * params.documents.min).toBeGreaterThanOrEqual(6);
    }
  });

  test("need only what a paper's claims read", () => {
    expect(kvCacheClaims.needsOf({paper: "arXiv:2405.04434"})).toEqual([]);
    expect(kvCacheClaims.needsOf({paper: "arXiv:2409.10593"})).toEqual(["weights/decoder-small"]);
    expect(kvCacheClaims.needsOf({paper: "arXiv:2503.18893"})).toContain("weights/decoder-large");
    expect(stateSpaceClaims.needsOf({paper: "arXiv:2410.13229"})).toEqual(["weights/mamba1-small"]);
    expect(stateSpaceClaims.needsOf({paper: "arXiv:2312.06635"})).toEqual([]);
  });

  test("of quick ledgers choose all papers at first", () => {
    for (const {params} of [numberFormatClaims, acceleratorClaims]) {
      expect(params.papers.default).toEqual(params.papers.options);
    }
  });
});
