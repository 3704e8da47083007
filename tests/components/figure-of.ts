/** Figures that are made for rows or for a setting: with the least that they take. */
const MADE: Readonly<Record<string, unknown>> = {
  againstNormal: [],
  outlierFigure: true,
  klFigure: [],
  perplexityFigure: [],
};

/** A figure that a module exports under a name, or the one that its maker makes. */
export const figureOf = ([name, value]: readonly [name: string, value: unknown]): unknown =>
  typeof value === "function" && Object.hasOwn(MADE, name) ? value(MADE[name]) : value;
