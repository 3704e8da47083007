/** Means, intervals, bootstrap and rank correlations for scripts: `paretoscope/stats`. */

export * from "./bootstrap.js";
export * from "./documents.js";
export * from "./extent.js";
export * from "./interval.js";
export * from "./logistic.js";
export * from "./moments.js";
export * from "./quantile.js";
export * from "./rank.js";
export * from "./regression.js";
export * from "./shares.js";
export * from "./student-t.js";
