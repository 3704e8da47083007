import type {BugClass} from "./bugs/bug-class.js";
import {type Difference, differenceOf} from "./differential.js";
import type {Kernel} from "./kernel.js";
import {kernelText} from "./print.js";

/** A kernel with one mistake, and whether it is one. */
export interface Mutant extends Difference {
  readonly kernel: Kernel;
}

/** The mutants of a class, each text once, with those that do the same as the kernel marked. */
export function judgedMutants(kernel: Kernel, bugs: BugClass): Mutant[] {
  const byText = new Map(bugs.mutants(kernel).map((mutant) => [kernelText(mutant), mutant]));
  return Array.from(byText.values(), (mutant) => ({kernel: mutant, ...differenceOf(kernel, mutant)}));
}

/** Numbers of the lines of a text, from 0 on, that another text does not have where the two part. */
export function changedLines(clean: string, changed: string): number[] {
  const [before, after] = [clean.split("\n"), changed.split("\n")];
  let first = 0;
  while (first < after.length && before[first] === after[first]) first++;
  let end = 0;
  while (end < after.length - first && before.at(-1 - end) === after.at(-1 - end)) end++;
  const known = new Set(before.slice(first, before.length - end));
  return Array.from(after.keys()).filter((i) => i >= first && i < after.length - end && !known.has(after[i]));
}
