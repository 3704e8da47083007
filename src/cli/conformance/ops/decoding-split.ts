import {
  formatReward,
  groupAdvantages,
  shareBetween,
  shareReward,
  tagCountReward,
} from "../../../lib/decoding/split-reason/rewards.js";
import {splitSecondsPerToken} from "../../../lib/decoding/split-reason/split-time.js";
import {coveragePercent} from "../../../lib/decoding/split-reason/tags.js";
import {
  chainRound,
  layersBytes,
  layerWeights,
  transferSeconds,
} from "../../../lib/decoding/subspec/offload.js";
import type {CaseOp, GoldenTensor, GoldenValues, Ops} from "../op.js";

const numbers = (input: unknown) => Array.from((input as GoldenTensor).data);
const texts = (input: unknown) => (input as GoldenValues).values as string[];

const coverage: CaseOp = (_, {text}) => ({percent: texts(text).map(coveragePercent)});

const rewards: CaseOp = (_, {text}) => ({
  format: texts(text).map(formatReward),
  tag_count: texts(text).map(tagCountReward),
  coverage_reward: texts(text).map((text) => shareReward(shareBetween(text))),
});

const advantages: CaseOp = ({eps}, {reward}) => {
  const {data, shape} = reward as GoldenTensor;
  const width = shape.at(-1)!;
  const groups = Array.from({length: data.length / width}, (_, row) =>
    groupAdvantages(data.subarray(row * width, (row + 1) * width), eps as number),
  );
  return {advantage: groups.flatMap((group) => Array.from(group))};
};

const splitSpeedup: CaseOp = ({d_small, d_big}, {f}) => {
  const [small, large] = [d_small as number, d_big as number];
  const seconds = numbers(f).map((share) => splitSecondsPerToken(share, {small, large}));
  return {
    speedup_over_big: seconds.map((token) => 1 / large / token),
    slowdown_vs_small: seconds.map((token) => token * small),
  };
};

interface OffloadModel {
  readonly layers: number;
  readonly hidden: number;
  readonly kv_width: number;
  readonly ffn_width: number;
}

const transfer: CaseOp = ({models, GBps, bits}, {model}) => {
  const sizes = models as Readonly<Record<string, OffloadModel>>;
  const [full, low] = Object.values(bits as Readonly<Record<string, number>>);
  const rows = texts(model).map((name) => {
    const {layers, hidden: hiddenSize, kv_width: kvWidth, ffn_width: intermediateSize} = sizes[name];
    const layer = {layers, hiddenSize, kvWidth, intermediateSize};
    return [
      layerWeights(layer),
      layersBytes({...layer, layers: 1}, full) / 1e6,
      layersBytes(layer, full) / 1e9,
      layersBytes(layer, low) / 1e9,
      1e3 * transferSeconds(layersBytes(layer, full), (GBps as number) * 1e9),
    ];
  });
  return {table: rows.flat()};
};

const speedupCurve: CaseOp = ({alpha, t_draft_ms, t_verify_ms, vanilla_ms_per_token}, {depth}) => {
  const times = {draftSeconds: (t_draft_ms as number) / 1e3, verifySeconds: (t_verify_ms as number) / 1e3};
  const rounds = numbers(depth).map((depth) => chainRound(alpha as number, depth, times));
  return {
    tokens_per_pass: rounds.map(({tokens}) => tokens),
    ms_per_token: rounds.map(({secondsPerToken}) => 1e3 * secondsPerToken),
    speedup: rounds.map(({secondsPerToken}) => (vanilla_ms_per_token as number) / (1e3 * secondsPerToken)),
  };
};

/** Ops of handing over and of weights behind a slow link. */
export const splitOps: Ops = {
  cases: {
    offload_coverage: coverage,
    split_rewards: rewards,
    group_advantage: advantages,
    split_speedup: splitSpeedup,
    offload_transfer: transfer,
    offload_speedup_curve: speedupCurve,
  },
};
