import {experiment} from "../../experiment/experiment.js";
import {documentShare} from "../../stats/documents.js";
import {mean} from "../../stats/moments.js";
import {optionNames} from "../../technique/option-names.js";
import type {BugClass} from "../../verification/bugs/bug-class.js";
import {bugClasses} from "../../verification/bugs/registry.js";
import {compileKernel, OUTSIDE, type Outside} from "../../verification/compile.js";
import {
  firstFailure,
  type KernelTest,
  kernelTests,
  MEMORIES,
  type Memory,
} from "../../verification/differential.js";
import {inputGenerators} from "../../verification/generators.js";
import type {Kernel} from "../../verification/kernel.js";
import type {KernelRecord} from "../../verification/kernels/record.js";
import {testedKernels} from "../../verification/kernels/registry.js";
import {changedLines, judgedMutants, type Mutant} from "../../verification/mutants.js";
import {kernelText} from "../../verification/print.js";
import {readKernel} from "../../verification/read.js";
import {unrolled} from "../../verification/unroll.js";

/** Mutants that some series does not find: as many are listed, the hardest to find first. */
const LISTED = 12;

/** A kernel with its mutants of one class. */
interface Case {
  readonly record: KernelRecord;
  readonly bugs: BugClass;
  readonly kernel: Kernel;
  readonly mutants: readonly Mutant[];
}

/** Cases of each kernel: telling mutants from kernels that do the same takes longer than all tests, and depends on no setting. */
const judged = new Map<string, readonly Case[]>();

function casesOf(record: KernelRecord): readonly Case[] {
  const known = judged.get(record.id);
  if (known !== undefined) return known;
  const kernel = unrolled(readKernel(record.text));
  const cases = bugClasses.all.map((bugs) => ({record, bugs, kernel, mutants: judgedMutants(kernel, bugs)}));
  judged.set(record.id, cases);
  return cases;
}

/** A mutant that does something else, and the first test of each series that it does not pass. */
interface TestedMutant {
  readonly record: KernelRecord;
  readonly bugs: BugClass;
  readonly change: string;
  /** From 1 on; infinite where it passes all. */
  readonly firsts: readonly number[];
}

/** Lines of a mutant that its kernel does not have. */
function changeOf(kernel: Kernel, mutant: Kernel): string {
  const text = kernelText(mutant);
  const lines = text.split("\n");
  return changedLines(kernelText(kernel), text)
    .map((i) => lines[i].trim())
    .join(" ");
}

function tested(
  {record, bugs, kernel, mutants}: Case,
  series: readonly (readonly KernelTest[])[],
  {memory, outside}: {readonly memory: Memory; readonly outside: Outside},
): TestedMutant[] {
  return mutants
    .filter(({differs}) => differs)
    .map(({kernel: mutant}) => {
      const machine = compileKernel(mutant, {outside});
      const firsts = series.map(
        (tests) => firstFailure(machine, tests, memory)?.test ?? Number.POSITIVE_INFINITY,
      );
      return {record, bugs, change: changeOf(kernel, mutant), firsts};
    });
}

/** 1, 2, 4 and so on, and the last number of tests. */
function testCounts(tests: number): number[] {
  const counts = Array.from({length: 1 + Math.floor(Math.log2(tests))}, (_, i) => 2 ** i);
  return counts.at(-1) === tests ? counts : [...counts, tests];
}

const within = (firsts: readonly number[], tests: number): number =>
  firsts.filter((first) => first <= tests).length;

/** Share of mutants that so many tests find. Series of one mutant depend on each other: mutants are the sample. */
function foundWithin(mutants: readonly TestedMutant[], tests: number) {
  const {share, low, high} = documentShare(
    mutants.map(({firsts}) => ({right: within(firsts, tests), trials: firsts.length})),
  );
  return {found: share, low: Number.isNaN(low) ? null : low, high: Number.isNaN(high) ? null : high};
}

const shareFound = ({firsts}: TestedMutant, tests: number): number => within(firsts, tests) / firsts.length;

/** Kernels with one mistake each, and random tests beside the right ones. */
export const wrongKernels = experiment({
  id: "accel/wrong-kernels",
  title: "Random tests of kernels that are almost right",
  question: "How many random tests find a wrong kernel?",
  source:
    "New Solutions on LLM Acceleration, Optimization, and Application, arXiv:2406.10903, its study of functional verification; mutants as in DeMillo, Lipton and Sayward, doi.org/10.1109/C-M.1978.218136",
  params: {
    generator: {
      kind: "choice",
      label: "Inputs",
      help: "How random inputs are drawn.",
      options: inputGenerators.ids,
      names: optionNames(inputGenerators.all),
      default: "uniform",
    },
    memory: {
      kind: "choice",
      label: "Memory before a test",
      help: "A variable without a first value begins with what its memory holds.",
      options: MEMORIES,
      default: "left by the test before",
    },
    outside: {
      kind: "choice",
      label: "An index outside of an array",
      help: "Whether the machine that tests run on looks at every index.",
      options: OUTSIDE,
      default: "stops the kernel",
    },
    tests: {kind: "integer", label: "Tests", min: 1, max: 1024, default: 256, advanced: true},
    series: {
      kind: "integer",
      label: "Series of tests",
      help: "Each with random inputs of its own.",
      min: 1,
      max: 16,
      default: 8,
      advanced: true,
    },
  },
  columns: {
    generator: {type: "string", label: "Id of the inputs"},
    memory: {type: "string", label: "Memory before a test"},
    outside: {type: "string", label: "An index outside of an array"},
    bugs: {type: "string", label: "Id of the class"},
    label: {type: "string", label: "Class of bugs"},
    mutants: {type: "integer", label: "Mutants"},
    tests: {type: "integer", label: "Tests"},
    found: {type: "number", label: "Share of mutants that tests find", provenance: "measured"},
    low: {type: "number", label: "95 % interval, low", provenance: "measured", nullable: true},
    high: {type: "number", label: "95 % interval, high", provenance: "measured", nullable: true},
  },
  tables: {
    kernels: {
      kernel: {type: "string", label: "Id of the kernel"},
      name: {type: "string", label: "Kernel"},
      mutants: {type: "integer", label: "Mutants that do something else"},
      same: {type: "integer", label: "Mutants that do the same, which are left out"},
      proved: {type: "integer", label: "Of these, found the same for every input"},
      found: {type: "number", label: "Share of mutants that all tests find", provenance: "measured"},
    },
    hardest: {
      name: {type: "string", label: "Kernel"},
      label: {type: "string", label: "Class of bugs"},
      change: {type: "string", label: "Changed line"},
      found: {type: "number", label: "Share of series that find it", provenance: "measured"},
    },
  },
  needs: [],
  sweep: inputGenerators.ids.flatMap((generator) =>
    MEMORIES.flatMap((memory) => OUTSIDE.map((outside) => ({generator, memory, outside}))),
  ),
  async run({generator, memory, outside, tests, series}, {progress}) {
    const way = inputGenerators.byId(generator);
    const all: TestedMutant[] = [];
    const kernels = [];
    for (const [n, record] of testedKernels.all.entries()) {
      await progress(n / testedKernels.all.length, record.label);
      const cases = casesOf(record);
      const {kernel} = cases[0];
      const drawn = Array.from({length: series}, (_, seed) => kernelTests(kernel, way, tests, seed));
      const own = cases.flatMap((each) => tested(each, drawn, {memory, outside}));
      const same = cases.flatMap(({mutants}) => mutants.filter(({differs}) => !differs));
      for (const each of own) all.push(each);
      kernels.push({
        kernel: record.id,
        name: record.label,
        mutants: own.length,
        same: same.length,
        proved: same.filter(({isExhaustive}) => isExhaustive).length,
        found: mean(own.map((each) => shareFound(each, tests))),
        provenance: "measured" as const,
      });
    }
    const rows = bugClasses.all.flatMap(({id, label}) => {
      const own = all.filter(({bugs}) => bugs.id === id);
      return testCounts(tests).map((count) => ({
        generator,
        memory,
        outside,
        bugs: id,
        label,
        mutants: own.length,
        tests: count,
        ...foundWithin(own, count),
        provenance: "measured" as const,
      }));
    });
    const hardest = all
      .filter((each) => shareFound(each, tests) < 1)
      .toSorted((a, b) => shareFound(a, tests) - shareFound(b, tests))
      .slice(0, LISTED)
      .map((each) => ({
        name: each.record.label,
        label: each.bugs.label,
        change: each.change,
        found: shareFound(each, tests),
        provenance: "measured" as const,
      }));
    return {rows, kernels, hardest};
  },
});
