import {acceptanceParams, acceptances, acceptedPrefix} from "../../../lib/diffusion/acceptance.js";
import {confidences} from "../../../lib/diffusion/confidence.js";
import {guidedUnmask} from "../../../lib/diffusion/guided.js";
import {maskedLosses} from "../../../lib/diffusion/objective.js";
import {reuses} from "../../../lib/diffusion/reuse.js";
import {evenShares} from "../../../lib/diffusion/schedule.js";
import {finished, unmask} from "../../../lib/diffusion/unmask.js";
import {randomStream} from "../../../lib/tensor/random.js";
import {tableGuide, tableMaskedModel} from "../doubles/table-models.js";
import {tinyTransformer} from "../doubles/tiny-transformer.js";
import type {CaseOp, GoldenInput, GoldenTensor, Ops} from "../op.js";

type Args = Readonly<Record<string, unknown>>;
type Inputs = Readonly<Record<string, GoldenInput | readonly GoldenInput[]>>;

const tensor = (inputs: Inputs, name: string) => inputs[name] as GoldenTensor;
const numbers = (inputs: Inputs, name: string) => Array.from(tensor(inputs, name).data);
const number = (args: Args, name: string, byDefault?: number) => Number(args[name] ?? byDefault);
const text = (args: Args, name: string, byDefault: string) => String(args[name] ?? byDefault);

/** Rows of equal length, as one list. */
const stacked = (rows: readonly (readonly number[])[]) => ({
  data: rows.flat(),
  shape: [rows.length, rows[0]?.length ?? 0],
});

const goal = (args: Args) => ({
  tokens: number(args, "gen_length"),
  steps: number(args, "steps"),
  blockLength: number(args, "block_length"),
});

const generate: CaseOp = (args, inputs) => {
  const model = tableMaskedModel(tensor(inputs, "A"), tensor(inputs, "B"), number(args, "mask_id"));
  const {steps, result} = finished(
    unmask(model, numbers(inputs, "prompt"), {
      ...goal(args),
      temperature: number(args, "temperature", 0),
      guidance: number(args, "cfg_scale", 0),
      confidence: confidences.byId(text(args, "remasking", "low_confidence")),
      random: randomStream(number(args, "seed", 0), "conformance"),
    }),
  );
  return {x_before_each_step_and_final: stacked([...steps.map(({before}) => before), result])};
};

/** Names of what is frozen in the files. */
const FREEZES = new Map([
  ["stale", "freecache-released"],
  ["clean", "freecache"],
  ["none", "none"],
]);

const blockCached: CaseOp = (args, inputs) => {
  const model = tinyTransformer(args, inputs);
  const freeze = text(args, "freeze", "stale");
  const reuse = reuses.byId(FREEZES.get(freeze) ?? freeze);
  const run = (by: typeof reuse) =>
    finished(unmask(model, numbers(inputs, "prompt"), {...goal(args), reuse: by}));
  const [plain, cached] = [run(reuses.byId("none")), run(reuse)];
  const queries = cached.steps.map(({work}) => work.reduce((sum, {queries}) => sum + queries, 0));
  return {
    uncached_final: plain.result,
    uncached_x_before_each_step: stacked(plain.steps.map(({before}) => before)),
    cached_x_before_each_step_and_final: stacked([...cached.steps.map(({before}) => before), cached.result]),
    cached_query_tokens_per_step: {data: queries, shape: [queries.length]},
  };
};

const acceptance = (args: Args) => ({
  acceptance: acceptances.byId(text(args, "strategy", "deterministic")),
  values: {
    topK: number(args, "top_k", acceptanceParams.topK.default),
    relative: number(args, "relative_threshold", acceptanceParams.relative.default),
    threshold: number(args, "threshold", acceptanceParams.threshold.default),
  },
  random: randomStream(number(args, "seed", 0), "conformance"),
});

const acceptPrefix: CaseOp = (args, inputs) => {
  const {data, shape} = tensor(inputs, "guide_probs");
  const drafts = numbers(inputs, "drafts");
  const [texts, n, vocab] = shape;
  const {acceptance: test, values, random} = acceptance(args);
  const accepted = Array.from({length: texts}, (_, t) => {
    const rows = Array.from({length: n}, (_, i) =>
      Float64Array.from(data.subarray((t * n + i) * vocab, (t * n + i + 1) * vocab)),
    );
    return acceptedPrefix(rows, drafts.slice(t * n, (t + 1) * n), test, values, random);
  });
  return {accepted};
};

const guided: CaseOp = (args, inputs) => {
  const model = tableMaskedModel(tensor(inputs, "A"), tensor(inputs, "B"), number(args, "mask_id"));
  const {steps} = finished(
    guidedUnmask(model, tableGuide(tensor(inputs, "W")), numbers(inputs, "prompt"), {
      tokens: number(args, "gen_length"),
      eos: args.eos_id == null ? null : number(args, "eos_id"),
      ...acceptance(args),
    }),
  );
  const written = steps.map(({written}) => written.length);
  return {
    x_before_and_after_each_step: stacked([
      ...steps.slice(0, 1).map(({before}) => before),
      ...steps.map(({after}) => after),
    ]),
    unmasked_per_step: {data: written, shape: [written.length]},
  };
};

const loss: CaseOp = (args, inputs) => {
  const given = (name: string) => tensor(inputs, name).data;
  const {masked, pretraining, tuning} = maskedLosses(
    {
      ids: given("ids"),
      times: given("t"),
      draws: given("u"),
      logits: given("logits"),
      prompts: given("prompt_len"),
    },
    number(args, "eps", 1e-3),
  );
  return {masked, pretrain_loss: [pretraining], sft_loss: [tuning]};
};

const schedule: CaseOp = (args, inputs) => ({
  k: stacked(numbers(inputs, "masks").map((masks) => evenShares(masks, number(args, "steps")))),
});

/** Ops of masked diffusion language models. */
export const diffusionOps: Ops = {
  cases: {
    masked_diffusion_generate: generate,
    masked_diffusion_loss: loss,
    transfer_schedule: schedule,
    block_cached_generate: blockCached,
    guided_accept_prefix: acceptPrefix,
    guided_diffusion_generate: guided,
  },
};
