import {ELSA_MODELS, elsaMacs, type Level, uniformLevels} from "../../../accel/sparse/elsa.js";
import {largest, smallest} from "../../../stats/extent.js";
import type {Claim} from "../claim.js";
import {modelled, reported, valuesOf} from "../evidence.js";

const UNIFORM = [
  ["1:4", [1, 4]],
  ["2:4", [2, 4]],
] as const satisfies readonly (readonly [string, Level])[];

/** Claims of the layer-wise search for N:M sparsity. */
export const elsaClaims: readonly Claim[] = [
  {
    id: "elsa-savings",
    paper: "arXiv:2409.09708",
    place: "abstract",
    statement:
      "Searched N:M levels save 2.9 times the work of Swin-B and DeiT-B with a negligible loss of accuracy.",
    kind: "modelled",
    reported: [reported("Swin-B and DeiT-B on ImageNet", "dense work over sparse", 2.9, "x")],
    ours: () =>
      (["deit-b", "swin-b"] as const).flatMap((id) => {
        const model = ELSA_MODELS[id];
        const dense = elsaMacs(model, uniformLevels(model, [1, 1]));
        return UNIFORM.map(([pattern, level]) =>
          modelled(
            `${id}, all linears ${pattern}`,
            "dense work over sparse",
            dense / elsaMacs(model, uniformLevels(model, level)),
            "x",
          ),
        );
      }),
    judge: (printed, ours) => {
      const [[theirs], values] = [valuesOf(printed), valuesOf(ours)];
      return smallest(values) < theirs && theirs < largest(values) ? "open" : "differs";
    },
    why: "2.9 lies between all linears at 2:4 and all at 1:4, as any mixture of the two does, so that is no evidence. Which mixture and its accuracy need a search on ImageNet, which was not run; a smaller search with measured accuracy runs on our classifier of pictures.",
  },
];
