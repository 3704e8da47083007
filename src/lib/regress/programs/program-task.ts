import {splitOf} from "../../tasks/arithmetic.js";
import {type CostTask, type LabelledText, oneOf} from "../../tasks/cost-task.js";
import {type RandomStream, randomStream} from "../../tensor/random.js";
import {drawProgram} from "./generate.js";
import {type ProgramRun, runProgram, TOO_LONG} from "./interpret.js";
import {PROGRAM_SYNTAXES, programText} from "./print.js";
import {loopDepth, type Program, statementKinds} from "./program.js";

/** Kinds of programs after what makes their cost hard to tell, the hardest that applies. (SURGE, arXiv:2502.11167) */
export const PROGRAM_ASPECTS = ["straight", "branch", "loop", "array", "nested", "call", "buggy"] as const;
/** A kind of program. */
export type ProgramAspect = (typeof PROGRAM_ASPECTS)[number];

/** The aspect of a program that ran as `run` says. */
export function programAspect({functions, body}: Program, {failure}: ProgramRun): ProgramAspect {
  if (failure !== null) return "buggy";
  if (functions.length > 0) return "call";
  const depth = loopDepth(body);
  if (depth > 1) return "nested";
  const kinds = statementKinds(body);
  if (kinds.has("array")) return "array";
  if (depth === 1) return "loop";
  return kinds.has("if") ? "branch" : "straight";
}

/** Longest text of a drawn program, characters. */
const LONGEST = 200;
/** Printed numbers that four digits hold exactly. */
const LARGEST_PRINTED = 9999;

/** The form of a program: all but its numbers. */
const structureOf = (program: Program): string => programText(program, "braces").replace(/\d+/g, "#");

function isKept(stream: RandomStream, text: string, run: ProgramRun): boolean {
  if (text.length > LONGEST) return false;
  if (run.failure !== null) return run.failure !== TOO_LONG && stream.integer(10) === 0;
  return Math.abs(run.printed ?? 0) <= LARGEST_PRINTED;
}

function drawText(stream: RandomStream): LabelledText {
  for (;;) {
    const program = drawProgram(stream);
    const text = programText(program, oneOf(stream, PROGRAM_SYNTAXES));
    const run = runProgram(program);
    if (!isKept(stream, text, run)) continue;
    return {
      text,
      targets: [run.operations, run.peakBytes, run.printed],
      structure: structureOf(program),
    };
  }
}

/** Small programs with their operations, memory and printed number, as the interpreter has them. */
export const programTask: CostTask = {
  id: "program",
  title: "small program",
  targets: [
    {name: "operations", title: "operations", unit: ""},
    {name: "peak_bytes", title: "most memory at once", unit: "bytes"},
    {name: "printed", title: "printed number", unit: ""},
  ],
  draw: drawText,
};

/** A program with its kind and what it does. */
export interface AspectProgram {
  readonly aspect: ProgramAspect;
  readonly text: string;
  readonly run: ProgramRun;
}

/** Draws after which a rare kind stays short of programs. */
const MOST_DRAWS = 20_000;

/**
 * Programs of the test split, up to `each` of every kind: failing ones are as many as others, not one in hundreds as in
 * {@link programTask}.
 */
export function aspectPrograms(each: number): AspectProgram[] {
  const stream = randomStream(each, "programs by aspect");
  const found = new Map<ProgramAspect, AspectProgram[]>(PROGRAM_ASPECTS.map((aspect) => [aspect, []]));
  const isFull = () => [...found.values()].every(({length}) => length === each);
  for (let draw = 0; draw < MOST_DRAWS && !isFull(); draw++) {
    const program = drawProgram(stream);
    const text = programText(program, oneOf(stream, PROGRAM_SYNTAXES));
    if (text.length > LONGEST || splitOf(structureOf(program)) !== "test") continue;
    const run = runProgram(program);
    if (run.failure === TOO_LONG || Math.abs(run.printed ?? 0) > LARGEST_PRINTED) continue;
    const aspect = programAspect(program, run);
    const own = found.get(aspect);
    if (own !== undefined && own.length < each) own.push({aspect, text, run});
  }
  return [...found.values()].flat();
}
