import type {Decoder} from "../engine/decoder/load-decoder.js";
import {checkParams} from "../technique/check-params.js";
import type {Params, ParamValues} from "../technique/params.js";
import type {Technique} from "../technique/technique.js";
import type {RandomStream} from "../tensor/random.js";
import type {DecodingGoal, Round} from "./decoding-run.js";
import type {GroupModel} from "./hamburger/group-model.js";
import type {MedusaHeads} from "./medusa/medusa-heads.js";
import type {PromptTokens} from "./ppd/prompt-tokens.js";

/** Models of a decoding loop. */
export interface DecodingModels {
  readonly target: Decoder;
  /** Cheaper model with the target's vocabulary: a smaller one, or the target with its layers in few bits. */
  readonly draft?: Decoder;
  /** Heads trained on the target's hidden states. */
  readonly heads?: MedusaHeads;
  /** Inputs trained to ask the target for guesses. */
  readonly prompts?: PromptTokens;
  /** Parts that read and write groups of tokens. */
  readonly groups?: GroupModel;
}

/** Goal of a method: a stream of random numbers is always there, used or not. */
export type MethodGoal = DecodingGoal & {readonly random: RandomStream};

/** Record of one way to write a text with a model. */
export interface DecodingMethod<P extends Params = Params> extends Technique<P> {
  /** What it takes beside the target: a smaller model, a substitute of the target's own sizes, something trained for it, or nothing. */
  readonly takes:
    | "nothing"
    | "a smaller model"
    | "a substitute"
    | "heads"
    | "prompt tokens"
    | "a micro-step decoder";
  /** True for a method that trusts what the target has not read; all others verify their drafts. */
  readonly trusts?: true;
  /** Whether the text is the target's own, token by token at temperature 0 and in law above it; else what changes. */
  readonly lossless: true | string;
  /**
   * Writes on after a prompt, a round at a time.
   * @throws RangeError for a draft that is missing or of other sizes, a setting out of its range, an empty prompt.
   */
  rounds(
    models: DecodingModels,
    prompt: readonly number[],
    values: Partial<ParamValues<P>>,
    goal: MethodGoal,
  ): Generator<Round, void>;
}

/** Parts from which {@link decodingMethod} makes a record. */
export interface MethodParts<P extends Params>
  extends Omit<DecodingMethod<P>, "rounds" | "family" | "needs"> {
  run(
    models: DecodingModels & {readonly draft: Decoder},
    prompt: readonly number[],
    values: ParamValues<P>,
    goal: MethodGoal,
  ): Generator<Round, void>;
}

/** A record whose draft and settings are checked before anything runs. */
export function decodingMethod<const P extends Params>({run, ...facts}: MethodParts<P>): DecodingMethod<P> {
  const method: DecodingMethod<P> = {
    ...facts,
    family: "decoding",
    needs: [],
    rounds(models, prompt, values, goal) {
      const {target, draft = target} = models;
      requireDraft(facts.id, facts.takes, target, draft);
      return run({...models, draft}, prompt, checkParams(facts.id, facts.params, values), goal);
    },
  };
  return Object.freeze(method);
}

/** A method that takes a draft and is given none drafts with the target itself, which is right and of no use. */
function requireDraft(id: string, takes: DecodingMethod["takes"], target: Decoder, draft: Decoder): void {
  if (takes !== "a smaller model" && takes !== "a substitute") return;
  const same = (key: "vocabSize" | "layers" | "kvHeads" | "headDim") => {
    const [of, got] = [target.config[key], draft.config[key]];
    if (of !== got) throw new RangeError(`${id}: draft must have the target's ${key} of ${of}, got ${got}`);
  };
  same("vocabSize");
  if (takes === "a substitute") for (const key of ["layers", "kvHeads", "headDim"] as const) same(key);
}
