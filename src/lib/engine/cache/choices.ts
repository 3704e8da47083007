/** Cache techniques at settings that have a name: what pages list and studies run. */

import type {Format} from "../../formats/format.js";
import type {CacheSession} from "./session.js";
import type {CacheSizes} from "./sizes.js";
import type {CacheBytes, CacheKind, CacheSetting, CacheTechnique} from "./technique.js";

/** A technique at one setting. */
export interface CacheChoice {
  readonly id: string;
  readonly label: string;
  readonly kind: CacheKind;
  readonly source: string;
  readonly formula: string;
  readonly comesBack: string;
  readonly isBound: boolean;
  /** True if a page shows it before anybody chooses. */
  readonly isShownFirst: boolean;
  readonly format: Format | undefined;
  /** Bytes of a text of `tokens` tokens. @throws RangeError as the technique's formula. */
  bytes(sizes: CacheSizes, tokens: number): CacheBytes;
  open(setting: CacheSetting): (() => CacheSession) | null;
}

/** Every preset of techniques, in their order. */
export function cacheChoices(techniques: readonly CacheTechnique[]): readonly CacheChoice[] {
  return techniques.flatMap((technique) =>
    technique.presets.map(({id, params, isByChoice}) => ({
      id,
      label: technique.labelOf(params),
      kind: technique.kindOf(params),
      source: technique.sourceOf(params),
      formula: technique.formulaOf(params),
      comesBack: technique.comesBackOf(params),
      isBound: technique.isBound,
      isShownFirst: isByChoice !== true,
      format: technique.rowFormat(params),
      bytes: (sizes, tokens) => technique.bytes(sizes, tokens, params),
      open: (setting) => technique.open(setting, params),
    })),
  );
}

/** Choices in their order, but those that do two things at once after all others. */
export function combinedLast(choices: readonly CacheChoice[]): readonly CacheChoice[] {
  const isCombined = ({kind}: CacheChoice) => kind === "combined";
  return [...choices.filter((choice) => !isCombined(choice)), ...choices.filter(isCombined)];
}

/** Long enough that windows are full, factors and first tokens no longer count, and pages come out even. */
const LONG_TEXT = 2 ** 20;

/** Bytes that each further token of a long text adds: the slope of the formula, not another formula. */
export function longTextBytes(choice: Pick<CacheChoice, "bytes">, sizes: CacheSizes): CacheBytes {
  const [shorter, longer] = [LONG_TEXT, 2 * LONG_TEXT].map((tokens) => choice.bytes(sizes, tokens));
  return {
    kept: (longer.kept - shorter.kept) / LONG_TEXT,
    read: (longer.read - shorter.read) / LONG_TEXT,
  };
}
