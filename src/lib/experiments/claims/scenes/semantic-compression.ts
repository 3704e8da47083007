/** Claims of semantic compression of 3D objects, judged with Draco and the grammar of shapes. */

import {bestAt, crossingOf} from "../../../scenes/crossing.js";
import {shapeFamilies} from "../../../scenes/grammar/registry.js";
import {rawBytes} from "../../../scenes/mesh.js";
import {objectOf} from "../../../scenes/objects.js";
import {ORIGINAL, TEXT_BUDGETS} from "../../../scenes/rates.js";
import {importanceOrder} from "../../../scenes/words/importance.js";
import {textWithin} from "../../../scenes/words/text.js";
import {type Interval, studentInterval} from "../../../stats/interval.js";
import {estimateMean} from "../../../stats/moments.js";
import type {ComparedObject, RateQuality} from "../../shared/compared-objects.js";
import type {Claim, Evidence, Verdict} from "../claim.js";
import {intervalsOf, measured, modelled, on, reported} from "../evidence.js";
import {copies, orderVerdict} from "../rules.js";

/** Id of the paper. */
export const SEMANTIC = "arXiv:2505.16679";

/** The objects that were stored in every way, by their distance from the grammar. */
export interface Found {
  readonly amplitude: number;
  readonly objects: readonly ComparedObject[];
}

/** Compression near which the paper sees words overtake structure. */
const NEAR = 100;
/** Compression up to which it sees structure keep its quality. */
const KEPT = 10;
/** Error over the floor, up to which quality counts as kept. */
const KEPT_ERROR = 1.25;
/** Factor around a printed ratio that counts as near it. */
const AROUND = 3;
/** Fineness at which objects come nearest to fifty thousand triangles. */
const FINEST = 9;

const asError = ({bytes, chamfer}: RateQuality) => ({bytes, error: chamfer});
const filesOf = ({rates}: ComparedObject) => rates.filter(({codec}) => codec === "draco").map(asError);
const wordsOf = ({rates}: ComparedObject) => {
  const words = rates.filter(({codec}) => codec === "text").map(asError);
  return words.reduce((a, b) => (b.error < a.error ? b : a));
};

/** End of the subject of what words say by construction. */
const INSIDE = "objects of the grammar";

const subjectOf = ({amplitude, objects}: Found): string =>
  amplitude === 0
    ? `${objects.length} ${INSIDE}`
    : `${objects.length} objects at distance ${amplitude} from the grammar`;

/** The mean over objects with its interval. */
function overObjects(subject: string, quantity: string, values: readonly number[], unit: string): Evidence {
  const {value, low, high} = studentInterval(estimateMean(Float64Array.from(values)), values.length);
  const method = `95 %, Student's t over ${values.length} samples`;
  return {...measured(subject, quantity, value, unit), low, high, method};
}

/** The same of ratios, whose logarithms are averaged. */
function ratioOverObjects(subject: string, quantity: string, ratios: readonly number[]): Evidence {
  const {value, low = 0, high = 0, ...rest} = overObjects(subject, quantity, ratios.map(Math.log2), "x");
  return {...rest, value: 2 ** (value ?? 0), low: 2 ** low, high: 2 ** high};
}

const GAP = "error of the best file at 100 times, less that of the words";

/** Words against Draco at the printed compression. */
function overtaking(found: Found): Evidence[] {
  const {objects} = found;
  const gaps = objects.map(
    (object) => 100 * (bestAt(object.raw, filesOf(object), NEAR) - wordsOf(object).error),
  );
  const crossings = objects.map((object) => crossingOf(object.raw, filesOf(object), wordsOf(object)).ratio);
  return [
    overObjects(subjectOf(found), GAP, gaps, "% of the largest edge"),
    ratioOverObjects(subjectOf(found), "compression up to which files are better", crossings),
  ];
}

/** An order seen with a shape program and a distance of surfaces, no diffusion model and no eye: at most its direction. */
function proxyVerdict(ours: readonly Evidence[]): Verdict {
  const outside = on(ours, (subject) => !subject.endsWith(INSIDE));
  const verdict = orderVerdict(intervalsOf(outside, GAP));
  return verdict === "agrees" ? "same direction" : verdict;
}

/** The largest compression at which a file is still as good as the mesh itself is measured to be. */
function keptRatio(object: ComparedObject): number {
  const floor = object.rates.find(({codec}) => codec === ORIGINAL)?.chamfer ?? 0;
  const files = filesOf(object).filter(({error}) => error <= KEPT_ERROR * floor);
  return files.reduce((most, {bytes}) => Math.max(most, object.raw / bytes), 1);
}

/** Side of a printed ratio on which an interval lies, beyond the factor around it; 0 if it touches that. */
const sideOf = ({low, high}: Interval, printed: number): number =>
  low > AROUND * printed ? 1 : high < printed / AROUND ? -1 : 0;

/** A measured ratio near a printed one: `agrees` if all intervals are, `differs` if all lie on one side of it. */
function nearVerdict(ours: readonly Evidence[], printed: number): Verdict {
  const sides = new Set(intervalsOf(ours).map((interval) => sideOf(interval, printed)));
  if (sides.size !== 1) return "open";
  return sides.has(0) ? "agrees" : "differs";
}

/** The ratio of the finest mesh of each family to a text about it with all words. */
function finestRatios(): number[] {
  return shapeFamilies.all.map((family) => {
    const {values, mesh} = objectOf(family, {
      seed: 1,
      number: 0,
      detail: FINEST,
      outside: "all",
      amplitude: 0,
    });
    return rawBytes(mesh) / textWithin(family, values, importanceOrder(family), TEXT_BUDGETS[0]).length;
  });
}

/** Claims of the paper. */
export const semanticClaims: readonly Claim<readonly Found[]>[] = [
  {
    id: "semantic-around-100",
    paper: SEMANTIC,
    place: "abstract",
    statement: "Around a compression of 100 times, words keep more of an object than structural codecs do.",
    kind: "measured",
    reported: [reported("textured 3D objects", "compression at which words overtake", NEAR, "x")],
    ours: (found) => found.flatMap(overtaking),
    judge: (_reported, ours) => proxyVerdict(ours),
    why: "Ours is a shape program on six kinds of objects, not a language model with a diffusion model, and the measure is a Chamfer distance, not a human eye. Only objects outside the grammar count, since what it can say it says by construction. Files are Draco's after a decimation by quadric error; textures, most of an asset's bytes, are not there.",
  },
  {
    id: "semantic-structure-10",
    paper: SEMANTIC,
    place: "abstract",
    statement: "Structural codecs keep quality up to a compression of about 10 times.",
    kind: "measured",
    reported: [reported("textured 3D objects", "compression that keeps quality", KEPT, "x")],
    ours: (found) =>
      found.map((each) =>
        ratioOverObjects(subjectOf(each), "compression that keeps quality", each.objects.map(keptRatio)),
      ),
    judge: (_reported, ours) => nearVerdict(ours, KEPT),
    why: "Ours are meshes that are tessellated finely and have no textures, so most of their triangles say nothing of the shape and a decimation costs little. Quality counts as kept while the Chamfer distance stays within a quarter above that of two samples of the mesh itself.",
  },
  {
    id: "semantic-10-5",
    paper: SEMANTIC,
    place: "abstract",
    statement: "Semantic compression reaches ratios of up to 100,000 times.",
    kind: "modelled",
    reported: [reported("an asset of 10 MB in 100 characters", "ratio", 1e5, "x")],
    ours: () => [
      modelled("10 MB over 100 bytes", "ratio", 10e6 / TEXT_BUDGETS[0], "x"),
      ratioOverObjects("finest meshes of the six kinds", "raw mesh over all words", finestRatios()),
    ],
    judge: copies(0, "ratio"),
    why: "A ratio says how large the original is, not how good the copy: any text of 100 characters about 10 MB has this one. Our meshes are smaller, and so is their ratio.",
  },
];
