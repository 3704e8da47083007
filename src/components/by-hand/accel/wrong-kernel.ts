import {html} from "htl";
import {optionNames} from "../../../lib/technique/option-names.js";
import type {Params, ParamValues} from "../../../lib/technique/params.js";
import {bugClasses} from "../../../lib/verification/bugs/registry.js";
import {compileKernel, type KernelValues} from "../../../lib/verification/compile.js";
import {type KernelTest, kernelTests, MEMORIES} from "../../../lib/verification/differential.js";
import {inputGenerators} from "../../../lib/verification/generators.js";
import type {Kernel} from "../../../lib/verification/kernel.js";
import {testedKernels} from "../../../lib/verification/kernels/registry.js";
import {changedLines} from "../../../lib/verification/mutants.js";
import {kernelText} from "../../../lib/verification/print.js";
import {readKernel} from "../../../lib/verification/read.js";
import {unrolled} from "../../../lib/verification/unroll.js";
import {captioned} from "../../kit/text/captioned.js";

/** Tests that are run by hand. */
const TESTS = 256;

export const wrongKernelParams = {
  kernel: {
    kind: "choice",
    label: "Kernel",
    options: testedKernels.ids,
    names: optionNames(testedKernels.all),
    default: "gemv",
  },
  bugs: {
    kind: "choice",
    label: "Bug",
    options: bugClasses.ids,
    names: optionNames(bugClasses.all),
    default: "narrow",
  },
  place: {kind: "integer", label: "Place of the bug", min: 1, max: 20, default: 2},
  generator: {
    kind: "choice",
    label: "Inputs",
    options: inputGenerators.ids,
    names: optionNames(inputGenerators.all),
    default: "uniform",
  },
  memory: {
    kind: "choice",
    label: "Memory before a test",
    options: MEMORIES,
    default: "left by the test before",
    advanced: true,
  },
  seed: {kind: "integer", label: "Seed of the inputs", min: 0, max: 999, default: 1, advanced: true},
} as const satisfies Params;

type State = ParamValues<typeof wrongKernelParams>;

interface Chosen {
  readonly kernel: Kernel;
  /** Null where the class has no place in this kernel. */
  readonly mutant: Kernel | null;
  readonly places: number;
}

function chosen({kernel: id, bugs, place}: State): Chosen {
  const kernel = unrolled(readKernel(testedKernels.byId(id).text));
  const mutants = bugClasses.byId(bugs).mutants(kernel);
  return {kernel, mutant: mutants[Math.min(place, mutants.length) - 1] ?? null, places: mutants.length};
}

/** The first test that a mutant does not pass, with what it gave. */
interface Failure {
  readonly test: number;
  readonly reason: string | null;
  readonly given: KernelValues;
}

function failureOf(mutant: Kernel, tests: readonly KernelTest[], memory: State["memory"]): Failure | null {
  const machine = compileKernel(mutant);
  machine.fill(() => 0);
  for (const [i, {inputs, expected}] of tests.entries()) {
    if (memory === "zeros") machine.fill(() => 0);
    const reason = machine.run(inputs);
    const differs = Object.entries(expected).some(([name, values]) =>
      values.some((value, at) => value !== machine.outputs[name][at]),
    );
    if (reason !== null || differs) return {test: i + 1, reason, given: machine.outputs};
  }
  return null;
}

function testsOf({kernel}: Chosen, {generator, seed}: State): readonly KernelTest[] {
  return kernelTests(kernel, inputGenerators.byId(generator), TESTS, seed);
}

/** The number of the test that finds the chosen bug, in a sentence. */
export function wrongKernelFinding(state: State): string {
  const choice = chosen(state);
  const label = bugClasses.byId(state.bugs).label;
  if (choice.mutant === null) return `This kernel has no place for a bug of the class: ${label}.`;
  const failure = failureOf(choice.mutant, testsOf(choice, state), state.memory);
  const which = `Place ${Math.min(state.place, choice.places)} of ${choice.places}`;
  if (failure === null) {
    return `${which}: all ${TESTS} tests pass, though the kernel is changed. Other inputs may tell, or it does the same as before.`;
  }
  const how = failure.reason === null ? "gives other numbers" : "is stopped";
  return `${which}: in test ${failure.test} the kernel ${how}.`;
}

/** A kernel's lines; those that a mutant changed stand out. */
function sourceView(kernel: Kernel, mutant: Kernel | null): HTMLElement {
  const text = kernelText(mutant ?? kernel);
  const changed = new Set(changedLines(kernelText(kernel), text));
  const lines = text
    .split("\n")
    .map((line, i) => (changed.has(i) ? html`<mark>${line}</mark>${"\n"}` : `${line}\n`));
  return html`<pre class="kernel-text" tabindex="0" role="group" aria-label="Kernel with a bug"><code>${lines}</code></pre>`;
}

const numbers = (values: Int32Array): string => Array.from(values).join(" ");

/** Numbers of a result; those that are wrong stand out. */
const compared = (given: Int32Array, right: Int32Array): (HTMLElement | string)[] =>
  Array.from(given, (value, i) => (value === right[i] ? `${value} ` : html`<mark>${value}</mark> `));

function failureView({inputs, expected}: KernelTest, {test, reason, given}: Failure): HTMLElement {
  const rows = [
    ...Object.entries(inputs).map(
      ([name, values]) => html`<tr><th scope="row">${name}</th><td>${numbers(values)}</td></tr>`,
    ),
    ...Object.entries(expected).flatMap(([name, right]) => [
      html`<tr><th scope="row">${name}, right</th><td>${numbers(right)}</td></tr>`,
      html`<tr><th scope="row">${name}, here</th><td>${reason ?? compared(given[name], right)}</td></tr>`,
    ]),
  ];
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label="First test that fails"><table class="kernel-test"><caption>Test ${test}</caption><tbody>${rows}</tbody></table></div>`;
}

/** The source of a kernel with a bug, and the first test that tells it from the right one. */
export function wrongKernelView(state: State): HTMLElement {
  const choice = chosen(state);
  const tests = testsOf(choice, state);
  const failure = choice.mutant && failureOf(choice.mutant, tests, state.memory);
  const drawn = html`<div>
    ${sourceView(choice.kernel, choice.mutant)}
    ${failure && failureView(tests[failure.test - 1], failure)}
  </div>`;
  return captioned("Which test finds it?", wrongKernelFinding(state), drawn);
}
