import {type RandomStream, randomStream} from "../tensor/random.js";
import {requireInteger, requireLength, requireNonNegative} from "../tensor/require.js";
import {softmax} from "../tensor/softmax.js";
import {type Confidence, confidences, largest} from "./confidence.js";
import {drawByGumbel, guidedLogits} from "./gumbel.js";
import {
  type MaskedModel,
  type MaskedText,
  type MaskedWork,
  passWork,
  rowAt,
  type Span,
} from "./masked-text.js";
import {type Reuse, type ReusePlace, reuses} from "./reuse.js";
import {type Schedule, schedules} from "./schedule.js";

/** Rules of a run that writes a text from masks. */
export interface UnmaskOptions {
  /** Tokens to write. */
  readonly tokens: number;
  /** Passes, shared equally by the blocks; by default one a token. */
  readonly steps?: number;
  /** Tokens of a block: blocks are written from left to right. By default one block of all. */
  readonly blockLength?: number;
  readonly temperature?: number;
  readonly confidence?: Confidence;
  readonly schedule?: Schedule;
  /** Scale w of classifier-free guidance; 0: none. */
  readonly guidance?: number;
  readonly reuse?: Reuse;
  readonly random?: RandomStream;
  /** Tokens that stand already, the mask where one is to be written; by default all are. */
  readonly template?: readonly number[];
}

/** One step of a run. */
export interface UnmaskStep {
  readonly block: number;
  /** Tokens before the step. */
  readonly before: readonly number[];
  /** Masked positions of the block, the token each would get, and its confidence. */
  readonly open: readonly number[];
  readonly drafts: readonly number[];
  readonly confidence: readonly number[];
  /** Positions that were written. */
  readonly written: readonly number[];
  /** Tokens after the step. */
  readonly after: readonly number[];
  /** Positions fed, and work of the step; a second pass closes a block, or goes without the prompt. */
  readonly fed: Span;
  readonly work: readonly MaskedWork[];
}

/**
 * Writes `tokens` tokens after a prompt, step by step: each predicts every mask and writes the most confident ones of the
 * current block. What is written stays. (arXiv:2502.09992, section 2.4 and algorithm 5)
 * @returns the whole text
 * @throws RangeError for a bad option: tokens that blocks, or steps that all blocks, do not share equally; guidance with reuse.
 */
export function* unmask(
  model: MaskedModel,
  prompt: readonly number[],
  options: UnmaskOptions,
): Generator<UnmaskStep, readonly number[]> {
  const run = startRun(model, prompt, options);
  const {x, blocks, blockSteps, blockLength, reuse} = run;
  for (let block = 0; block < blocks; block++) {
    const start = prompt.length + block * blockLength;
    const end = start + blockLength;
    for (let blockStep = 0; blockStep < blockSteps; blockStep++) {
      const place = {tokens: x.length, prompt: prompt.length, pass: run.pass, block, blockStep, start, end};
      const step = takeStep(run, place);
      const isLast = blockStep === blockSteps - 1 && block < blocks - 1;
      yield isLast && reuse.closesBlocks ? {...step, work: [...step.work, closeBlock(run, place)]} : step;
    }
  }
  return x;
}

/** What the steps of a run share. */
interface Run {
  readonly model: MaskedModel;
  readonly prompt: readonly number[];
  readonly rules: Required<Omit<UnmaskOptions, "tokens" | "template">>;
  readonly x: number[];
  readonly text: MaskedText;
  /** The text whose prompt is masked; null without guidance. */
  readonly without: MaskedText | null;
  readonly blocks: number;
  readonly blockSteps: number;
  readonly blockLength: number;
  /** Masks of each block at the beginning. */
  readonly blockMasks: readonly number[];
  readonly reuse: Reuse;
  pass: number;
}

function startRun(model: MaskedModel, prompt: readonly number[], options: UnmaskOptions): Run {
  const {tokens, steps = tokens, blockLength = tokens, temperature = 0, guidance = 0} = options;
  const {reuse = reuses.byId("none"), confidence = confidences.byId("low_confidence")} = options;
  const {schedule = schedules.byId("even"), random = randomStream(0, "unmask")} = options;
  const rules = {steps, blockLength, temperature, guidance, reuse, confidence, schedule, random};
  requireInteger("unmask", "tokens", tokens, 1);
  requireShared("blockLength", blockLength, tokens);
  const blocks = tokens / blockLength;
  requireInteger("unmask", "steps", steps, blocks * reuse.leastBlockSteps);
  if (steps % blocks !== 0)
    throw new RangeError(`unmask: steps must be a multiple of the ${blocks} blocks, got ${steps}`);
  requireNonNegative("unmask", "temperature", temperature);
  requireNonNegative("unmask", "guidance", guidance);
  if (guidance > 0 && reuse.id !== "none")
    throw new RangeError(`unmask: reuse must be none with guidance, got ${reuse.id}`);
  const {template = Array<number>(tokens).fill(model.maskToken)} = options;
  requireLength("unmask", "template", template, tokens);
  const x = [...prompt, ...template];
  return {
    model,
    prompt,
    rules,
    x,
    text: model.open(x.length),
    without: guidance > 0 ? model.open(x.length) : null,
    blocks,
    blockSteps: steps / blocks,
    blockLength,
    blockMasks: range(0, blocks).map(
      (block) =>
        template
          .slice(block * blockLength, (block + 1) * blockLength)
          .filter((token) => token === model.maskToken).length,
    ),
    reuse,
    pass: 0,
  };
}

function requireShared(name: string, part: number, tokens: number): void {
  requireInteger("unmask", name, part, 1);
  if (tokens % part === 0) return;
  throw new RangeError(`unmask: ${name} must divide the ${tokens} tokens, got ${part}`);
}

function takeStep(run: Run, place: ReusePlace): UnmaskStep {
  const {model, rules, x, prompt} = run;
  const before = x.slice();
  const isMask = (position: number) => x[position] === model.maskToken;
  const open = range(place.start, place.end).filter(isMask);
  const {rows, fed, work} = predictRows(run, place, open);
  run.pass++;
  const drafts = rows.map((z) => drawByGumbel(z, rules.temperature, rules.random));
  // Confidence is that of the model, whatever noise chose the token.
  const confidence = rows.map((z, i) => rules.confidence.of(softmax(z), drafts[i], rules.random));
  const count = rules.schedule.count({
    steps: rules.steps,
    blockSteps: run.blockSteps,
    step: place.block * run.blockSteps + place.blockStep,
    blockStep: place.blockStep,
    blockMasks: run.blockMasks[place.block],
    masksNow: open.length,
    masksOfText: range(prompt.length, x.length).filter(isMask).length,
  });
  const chosen = largest(confidence, Math.min(count, open.length));
  for (const i of chosen) x[open[i]] = drafts[i];
  const written = chosen.map((i) => open[i]);
  return {block: place.block, before, open, drafts, confidence, written, after: x.slice(), fed, work};
}

/** Logits of the open positions, led away from those without the prompt where there is guidance. */
function predictRows(run: Run, place: ReusePlace, open: readonly number[]) {
  const {model, x, text, without, prompt, rules, reuse} = run;
  const span = reuse.feeds(place);
  const {logits, fed} = text.predict(x, span);
  const row = (all: ArrayLike<number>, position: number) => rowAt(all, position - span.from, model.vocabSize);
  const work = [passWork(fed, x.length)];
  const rows = open.map((position) => row(logits, position));
  if (without === null) return {rows, fed, work};
  const unprompted = x.map((token, position) => (position < prompt.length ? model.maskToken : token));
  const other = without.predict(unprompted, span);
  return {
    rows: open.map((position, i) => guidedLogits(rows[i], row(other.logits, position), rules.guidance)),
    fed,
    work: [...work, passWork(other.fed, x.length)],
  };
}

/** Feeds a finished block once more. */
function closeBlock({text, x}: Run, {start, end}: ReusePlace): MaskedWork {
  return passWork(text.predict(x, {from: start, to: end}).fed, x.length);
}

const range = (from: number, to: number) => Array.from({length: to - from}, (_, i) => from + i);

/** Runs a generator to its end: all that it gave, and what it returned. */
export function finished<Step, Result>(run: Generator<Step, Result>): {steps: Step[]; result: Result} {
  const steps: Step[] = [];
  for (;;) {
    const next = run.next();
    if (next.done) return {steps, result: next.value};
    steps.push(next.value);
  }
}
