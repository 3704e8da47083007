// npm run measured-drafts: the counts of drafts that compositions take, from the kept rows of decoding/drafting.

import {writeFile} from "node:fs/promises";
import {fileURLToPath} from "node:url";
import {say} from "../src/cli/terminal/print.js";
import {decodingMethods} from "../src/lib/decoding/registry.js";
import type {drafting} from "../src/lib/experiments/decoding/drafting.js";
import {keptRows} from "../tests/pages/kept.js";

const path = fileURLToPath(new URL("../src/lib/experiments/accel/measured-drafts.ts", import.meta.url));
const rounded = (value: number) => Number(value.toPrecision(3));

const rows = keptRows<typeof drafting>("decoding/drafting").filter(({setting}) => setting === 0);
const lines = rows.flatMap(({method, tokensPerPass, verifiedPerPass, draftPassesPerToken}) => {
  if (method === "plain" || decodingMethods.byId(method).lossless !== true) return [];
  const counts = `{tokensPerPass: ${rounded(tokensPerPass)}, verifiedPerPass: ${rounded(verifiedPerPass)}, draftPassesPerToken: ${rounded(draftPassesPerToken)}}`;
  return [`  ${/^\w+$/.test(method) ? method : `"${method}"`}: ${counts},`];
});
await writeFile(
  path,
  `// Generated from the kept rows of decoding/drafting by scripts/build-measured-drafts.ts: not to be edited.

/** Counts of a method on decoder-large, greedy, texts of all tasks, to three digits. */
export interface DraftCounts {
  readonly tokensPerPass: number;
  readonly verifiedPerPass: number;
  readonly draftPassesPerToken: number;
}

/** Counts of every method that leaves the text as it is, by its id. */
export const DRAFT_COUNTS: Readonly<Record<string, DraftCounts>> = {
${lines.join("\n")}
};
`,
);
say(`${path}: ${lines.length} methods`);
