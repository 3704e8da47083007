import {
  pipelinedSeconds,
  SPLIT_REASON_SPEEDS,
  type SplitSpeeds,
  sequentialSeconds,
} from "../../decoding/split-reason/split-time.js";
import {coveragePercent} from "../../decoding/split-reason/tags.js";
import {experiment} from "../../experiment/experiment.js";
import {mean} from "../../stats/moments.js";
import {pairedShare, wilson} from "../../stats/shares.js";
import {optionNames} from "../../technique/option-names.js";
import {ARITHMETIC_NEEDS, TAGGED} from "./arithmetic-models.js";
import {type Outcome, outcomeOf, placesOf} from "./split-outcomes.js";
import {
  CHUNK,
  SPLIT_POLICIES,
  type SplitModels,
  type SplitPolicy,
  splitModels,
  splitNeeds,
  splitPolicy,
} from "./split-policies.js";
import {problemsOf} from "./split-signals.js";

const speed = {kind: "number", unit: "tokens/s", min: 1, max: 1_000_000, advanced: true} as const;

/** Two models that share the work on arithmetic problems, by rules that decide who writes. */
export const splitReason = experiment({
  id: "decoding/split-reason",
  title: "Who should think?",
  question:
    "A small model may hand parts of its work to a large one. How much better are its answers, and for what share of the text?",
  source:
    "SplitReason, arXiv:2504.16379, sections 3.1 to 3.4; random switches and refused requests as in its repository, abdelfattah-lab/SplitReason",
  params: {
    policies: {
      kind: "choices",
      label: "Who decides",
      options: SPLIT_POLICIES.map(({id}) => id),
      names: optionNames(SPLIT_POLICIES),
      default: SPLIT_POLICIES.map(({id}) => id),
      rowsBy: "policy",
    },
    shares: {
      kind: "choices",
      label: "Share handed over",
      help: "Share of requests that are granted, for tags and truly hard steps; share of all steps or chunks, for the other rules.",
      options: [0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1],
      default: [0, 0.1, 0.3, 1],
    },
    problems: {
      kind: "integer",
      label: "Problems",
      help: "Of the test split, whose expressions neither model has seen.",
      min: 6,
      max: 2000,
      default: 500,
      advanced: true,
    },
    smallDecode: {...speed, label: "Small model writes", default: SPLIT_REASON_SPEEDS.small.decode},
    largeDecode: {...speed, label: "Large model writes", default: SPLIT_REASON_SPEEDS.large.decode},
    smallPrefill: {...speed, label: "Small model reads", default: SPLIT_REASON_SPEEDS.small.prefill},
    largePrefill: {...speed, label: "Large model reads", default: SPLIT_REASON_SPEEDS.large.prefill},
  },
  columns: {
    policy: {type: "string", label: "Rule"},
    label: {type: "string", label: "Who decides"},
    labels: {type: "string", label: "Labels that the tags were learned from", nullable: true},
    family: {type: "string", label: "Family"},
    share: {type: "number", label: "Share of requests or steps that are handed over, as set"},
    problems: {type: "integer", label: "Problems"},
    solved: {type: "number", label: "Problems solved"},
    solvedLow: {type: "number", label: "Problems solved, lower end"},
    solvedHigh: {type: "number", label: "Problems solved, upper end"},
    gain: {type: "number", label: "More problems solved than by the small model alone"},
    gainLow: {type: "number", label: "More problems solved, lower end"},
    gainHigh: {type: "number", label: "More problems solved, upper end"},
    largeShare: {type: "number", label: "Characters of the work that the large model wrote"},
    coverage: {type: "number", label: "Characters between tags, tags included, percent"},
    switches: {type: "number", label: "Parts by the large model for each problem"},
    smallWritten: {type: "number", label: "Tokens that the small model chose for each problem"},
    largeWritten: {type: "number", label: "Tokens that the large model chose for each problem"},
    smallPrefilled: {type: "number", label: "Tokens that the small model read for each problem"},
    largePrefilled: {type: "number", label: "Tokens that the large model read for each problem"},
    weightBytes: {type: "number", label: "Bytes of weights read for each problem"},
    seconds: {
      type: "number",
      label: "Seconds for each problem at the speeds set, both models at once",
      provenance: "modelled",
    },
    sequentialSeconds: {
      type: "number",
      label: "Seconds for each problem at the speeds set, one after the other",
      provenance: "modelled",
    },
  },
  tables: {
    places: {
      policy: {type: "string", label: "Rule"},
      share: {type: "number", label: "Share handed over, as set"},
      tenth: {type: "integer", label: "Tenth of the work"},
      largeShare: {type: "number", label: "Characters in it that the large model wrote"},
    },
  },
  needs: ARITHMETIC_NEEDS,
  needsOf: ({policies}) => splitNeeds(policies),
  sweep: SPLIT_POLICIES.map(({id}) => ({policies: [id]})),
  async run({policies, shares, problems: count, ...speeds}, {data, progress}) {
    const models = await splitModels(data, policies);
    const problems = problemsOf("test", count);
    const alone = problems.map((problem) => outcomeOf(models, splitPolicy("small"), problem, 0));
    const settings = policies.map(splitPolicy).flatMap((policy) => settingsOf(policy, shares));
    const rows = [];
    const places = [];
    for (const [n, {policy, share}] of settings.entries()) {
      const texts = [];
      for (const [at, problem] of problems.entries()) {
        texts.push(policy.id === "small" ? alone[at] : outcomeOf(models, policy, problem, share));
        await progress((n + (at + 1) / count) / settings.length, `${policy.label}, ${share}`);
      }
      rows.push(rowOf({policy, share, texts, alone, speeds: speedsOf(speeds), models}));
      for (const [tenth, largeShare] of placesOf(texts).entries())
        places.push({
          policy: policy.id,
          share,
          tenth: tenth + 1,
          largeShare,
          provenance: "measured" as const,
        });
    }
    return {rows, places};
  },
});

/** The shares at which a rule is another than one of the two models alone. */
function settingsOf(policy: SplitPolicy, shares: readonly number[]) {
  if (policy.shareOf === null) return [{policy, share: policy.id === "large" ? 1 : 0}];
  return shares.filter((share) => policy.differsAt(share)).map((share) => ({policy, share}));
}

const speedsOf = (values: {
  smallDecode: number;
  largeDecode: number;
  smallPrefill: number;
  largePrefill: number;
}): SplitSpeeds => ({
  small: {decode: values.smallDecode, prefill: values.smallPrefill},
  large: {decode: values.largeDecode, prefill: values.largePrefill},
});

interface Settled {
  readonly policy: SplitPolicy;
  readonly share: number;
  readonly texts: readonly Outcome[];
  readonly alone: readonly Outcome[];
  readonly speeds: SplitSpeeds;
  readonly models: SplitModels;
}

function rowOf({policy, share, texts, alone, speeds, models}: Settled) {
  const {share: solved, low, high} = wilson(texts.filter(({isCorrect}) => isCorrect).length, texts.length);
  const gain = pairedShare(texts.map(({isCorrect}, i) => [isCorrect, alone[i].isCorrect] as const));
  const per = (of: (text: Outcome) => number) => mean(texts.map(of));
  const largeTokens = per(({byLarge}) => byLarge.filter(Boolean).length);
  const switches = per(({parts}) => parts.filter(({writer}) => writer === "large").length);
  const bytes = {small: models.writer(policy).passBytes, large: models.large.passBytes};
  return {
    policy: policy.id,
    label: policy.label,
    labels: policy.writer === "arithmetic-small" ? null : TAGGED[policy.writer],
    family: policy.id === "small" || policy.id === "large" ? "baseline" : "decoding",
    share,
    problems: texts.length,
    solved,
    solvedLow: low,
    solvedHigh: high,
    gain: gain.value,
    gainLow: gain.low,
    gainHigh: gain.high,
    largeShare: largeTokens / per(({byLarge}) => byLarge.length),
    coverage: per(({text}) => coveragePercent(text)),
    switches,
    smallWritten: per(({small}) => small.written),
    largeWritten: per(({large}) => large.written),
    smallPrefilled: per(({small}) => small.prefilled),
    largePrefilled: per(({large}) => large.prefilled),
    weightBytes: per(({small, large}) => small.passes * bytes.small + large.passes * bytes.large),
    seconds: pipelinedSeconds(
      {small: per(({text}) => text.length) - largeTokens, large: largeTokens, switches},
      speeds,
      CHUNK,
    ),
    sequentialSeconds: per(({small, large}) => sequentialSeconds({small, large}, speeds)),
    provenance: "measured" as const,
  };
}
