import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import * as accel from "../../src/components/by-hand/questions/accel.js";
import * as arithmetic from "../../src/components/by-hand/questions/arithmetic.js";
import {digitsQuestion} from "../../src/components/by-hand/questions/bit-weight.js";
import * as compiled from "../../src/components/by-hand/questions/compiled.js";
import * as decoding from "../../src/components/by-hand/questions/decoding.js";
import * as diffusion from "../../src/components/by-hand/questions/diffusion.js";
import * as experts from "../../src/components/by-hand/questions/experts.js";
import * as fewBits from "../../src/components/by-hand/questions/few-bits.js";
import * as formats from "../../src/components/by-hand/questions/formats.js";
import * as kv from "../../src/components/by-hand/questions/kv.js";
import {layoutsQuestion} from "../../src/components/by-hand/questions/layouts.js";
import * as mixers from "../../src/components/by-hand/questions/mixers.js";
import * as models from "../../src/components/by-hand/questions/models.js";
import * as otherMixers from "../../src/components/by-hand/questions/other-mixers.js";
import type {BarQuestion} from "../../src/components/by-hand/questions/question.js";
import {rangeOf} from "../../src/components/by-hand/questions/question.js";
import * as reductions from "../../src/components/by-hand/questions/reductions.js";
import * as regress from "../../src/components/by-hand/questions/regress.js";
import * as scenes from "../../src/components/by-hand/questions/scenes.js";
import * as siteQuestions from "../../src/components/by-hand/questions/site.js";
import * as sparse from "../../src/components/by-hand/questions/sparse.js";
import * as sparseTiles from "../../src/components/by-hand/questions/sparse-tiles.js";
import * as ssm from "../../src/components/by-hand/questions/ssm.js";
import {integerQuestion} from "../../src/components/by-hand/questions/switches.js";
import {zerosQuestion} from "../../src/components/by-hand/questions/wrong-kernels.js";
import {shippedRows} from "../../src/components/kit/rows/shipped-rows.js";
import {claimsIndex, LEDGERS} from "../../src/data/claims.js";
import {loadExperiment} from "../../src/lib/experiments/registry.js";
import {checkParams} from "../../src/lib/technique/check-params.js";
import {keptRows} from "./kept.js";

/** Rows of all settings. */
const kept = (id: string) => keptRows(id) as never;

/** Rows with which a page opens. */
async function opening(id: string) {
  const experiment = await loadExperiment(id);
  const defaults = checkParams("test", experiment.params, {});
  const rows = {rows: keptRows(id)} as never;
  return shippedRows(experiment, rows, [])(defaults)!.tables.rows as never;
}

/** The ledgers of all families. */
const ledgers = () => LEDGERS.map(({id, title}) => ({title, rows: kept(id)}));

/** Questions of all pages, from the rows that are kept. */
const QUESTIONS: Readonly<Record<string, () => BarQuestion | Promise<BarQuestion>>> = {
  home: () =>
    formats.bitsQuestion(
      (kept("formats/bits-error") as readonly {distribution: string}[]).filter(
        ({distribution}) => distribution === "weights/decoder-small",
      ) as never,
    ),
  "a map of quantization": async () => integerQuestion(await opening("formats/integer-only")),
  "number formats": async () => formats.errorQuestion(await opening("formats/error-anatomy")),
  "block scaling": async () => formats.specialQuestion(await opening("formats/razer-special")),
  "training in four bits": async () => fewBits.binaryQuestion(await opening("formats/two-and-three-values")),
  "lossless and still smaller": async () => fewBits.orderQuestion(await opening("decoding/order-of-sums")),
  "outliers and victims": async () => formats.thresholdQuestion(await opening("formats/int8-threshold")),
  "choose a format": () => formats.fourBitQuestion(kept("formats/bits-error")),
  "multiplying without a multiplier": async () => arithmetic.addedQuestion(await opening("arithmetic/l-mul")),
  "arrays that shift and add": async () => arithmetic.elementsQuestion(await opening("accel/mixed-elements")),
  "formats on a working model": async () =>
    models.fourBitLossQuestion(await opening("models/formats-on-model")),
  "your checkpoint": () =>
    models.planQuestion(JSON.parse(readFileSync("src/data/reports/decoder-large.json", "utf8")).plan),
  "inside the model": async () => models.directionsQuestion(await opening("models/activations")),
  "small caches": async () => kv.smallestCacheQuestion(await opening("kv/small-caches")),
  "sharing across layers": async () => kv.togetherQuestion(await opening("kv/sharing")),
  "which tokens matter": async () => kv.policyQuestion(await opening("attention/policies")),
  "how long a context": async () => kv.contextQuestion(await opening("kv/context")),
  "drafting and verifying": async () => decoding.fourBitDraftQuestion(await opening("decoding/substitute")),
  "bits that are zero": async () => digitsQuestion(await opening("accel/bit-weight")),
  "wrong kernels": () => zerosQuestion(kept("accel/wrong-kernels")),
  layouts: async () => layoutsQuestion(await opening("accel/layouts")),
  "sparse tiles": async () => sparseTiles.tilesQuestion(await opening("sparse/tile-time")),
  experts: async () => experts.loadedQuestion(await opening("experts/loaded")),
  "skipping layers": async () => decoding.skippedQuestion(await opening("decoding/skipping")),
  "who should think": async () => decoding.handedOverQuestion(await opening("decoding/split-reason")),
  "weights over a slow link": async () => decoding.acceptedDraftQuestion(await opening("decoding/offload")),
  "compiled shapes": async () => compiled.fixedShapesQuestion(await opening("compiled/static-shapes")),
  "averaging channels": async () => ssm.averagedQuestion(await opening("ssm/vmeanba")),
  "predicting cost from text": async () => regress.bestPredictorQuestion(await opening("regress/predictors")),
  "how much data": async () => regress.fewTextsQuestion(await opening("regress/ladder-size")),
  "which estimator": async () => regress.estimatorQuestion(await opening("regress/predictors")),
  "numbers as tokens": async () => regress.lostNumberQuestion(await opening("regress/numbers")),
  "which weights can go": async () => sparse.groupsQuestion(await opening("sparse/pruning")),
  "the scan": async () => ssm.chunkQuestion(await opening("ssm/scan-forms")),
  quantizing: async () => ssm.tensorQuestion(await opening("ssm/tensor-errors")),
  "state against cache": async () => ssm.crossingQuestion(await opening("ssm/state-against-cache")),
  "softmax in other orders": async () =>
    reductions.unifiedMaximumQuestion(await opening("reductions/orders")),
  "attention over codes and pairs": async () => otherMixers.triplesQuestion(await opening("mixers/triples")),
  "chunks instead of tokens": async () => mixers.equalCacheQuestion(await opening("mixers/attamba")),
  "recurrence without attention": async () =>
    otherMixers.stateQuestion(await opening("mixers/state-tracking")),
  "words instead of triangles": async () => scenes.overtakeQuestion(await opening("scenes/rate-distortion")),
  "from masks to text": () => diffusion.orderQuestion(kept("diffusion/passes")),
  "reusing what stays": () => diffusion.reuseQuestion(kept("diffusion/passes")),
  "guided by a small model": () => diffusion.guideQuestion(kept("diffusion/passes")),
  roofline: async () => accel.decodeQuestion(await opening("accel/roofline")),
  "edge accelerator": async () => accel.decodeArrayQuestion(await opening("accel/hsa")),
  "sparse slices": async () => accel.sparseQuestion(await opening("accel/sparse-slices")),
  "logic blocks": async () => accel.logicBlockQuestion(await opening("accel/logic-blocks")),
  "test-time compute": async () => accel.thinkingQuestion(await opening("accel/kinetics")),
  compose: async () => accel.promptQuestion(await opening("accel/compose")),
  claims: () => siteQuestions.verdictQuestion(claimsIndex(ledgers())),
  speed: () => siteQuestions.decompositionQuestion(JSON.parse(readFileSync("bench/results.json", "utf8"))),
};

describe.each(Object.entries(QUESTIONS))("the question of %s", (_, make) => {
  test("has one right option among different ones, and bars whose numbers are there", async () => {
    const {options, right, bars} = await make();
    expect(new Set(options).size).toBe(options.length);
    expect(options[right]).toBeDefined();
    expect(bars.length).toBeGreaterThan(1);
    for (const {name, value, text} of bars) {
      expect(Number.isFinite(value), `${name}: ${value}`).toBe(true);
      expect(text).toMatch(/\d/);
    }
    expect(new Set(bars.map(({name}) => name)).size).toBe(bars.length);
  });

  test("and its reason have no gap", async () => {
    const {question, because} = await make();
    expect(`${question} ${because}`).not.toMatch(/undefined|NaN|null|Infinity|∞| , /);
  });
});

test("a number falls into the range between its limits", () => {
  expect([0.2, 0.5, 1, 7].map((value) => rangeOf(value, [0.5, 6]))).toEqual([0, 1, 1, 2]);
});
