import type {CacheTechnique} from "../../../src/lib/engine/cache/technique.js";
import {FAMILIES} from "../../../src/lib/technique/families.js";

/** Sentences that name what a cache technique does not state of itself; none if it is complete. */
export function techniqueGaps(technique: CacheTechnique): string[] {
  const {id, label, source, family, lossless, parts, presets} = technique;
  const says = (text: unknown) => typeof text === "string" && text.trim() !== "";
  const isSentence = (text: string) => /^[A-Z].* .*\.$/.test(text);
  const checks: readonly (readonly [string, boolean])[] = [
    ["an id in lower case with hyphens", /^[a-z][a-z0-9-]*$/.test(id)],
    ["a label", says(label)],
    ["a source", says(source)],
    ["a family that has a colour", Object.hasOwn(FAMILIES, family)],
    [
      "a lossless setting, or a sentence why there is none",
      says(lossless) ? isSentence(`${lossless}`) : !!lossless,
    ],
    [
      "a word on prompts in parts: agree, or a sentence why not",
      parts === "agree" || isSentence(parts ?? ""),
    ],
    ["a setting that a page or the calculator shows", presets.length + technique.published.length > 0],
    ...presets.flatMap(({id: preset, params}) => [
      [`a label of ${preset}`, says(technique.labelOf(params))] as const,
      [`a source of ${preset}`, says(technique.sourceOf(params))] as const,
      [`a formula in words of ${preset}`, says(technique.formulaOf(params))] as const,
      [`how a number comes back from ${preset}`, says(technique.comesBackOf(params))] as const,
    ]),
  ];
  return checks.filter(([, isThere]) => !isThere).map(([what]) => `${id}: the record must have ${what}`);
}
