import {experiment} from "../../experiment/experiment.js";
import {claimColumns} from "./claim.js";
import {mxClaims} from "./mx.js";
import {razerClaims} from "./razer.js";

const claims = [...razerClaims, ...mxClaims];
const papers = [...new Set(claims.map(({paper}) => paper))];

/** What papers on number formats claim, beside what the library finds on tensors that anyone can hold in hand. */
export const numberFormatClaims = experiment({
  id: "claims/number-formats",
  title: "Claims about number formats",
  question: "Which printed claims about number formats hold on our own tensors, and by how much?",
  source: "the papers named in each row",
  params: {
    papers: {
      kind: "choices",
      label: "Papers",
      help: "Whose claims to judge.",
      options: papers,
      default: papers,
    },
  },
  columns: claimColumns,
  needs: ["weights/decoder-small", "activations/decoder-small"],
  sweep: [{}],
  async run({papers: chosen}, {data, progress}) {
    const judged = claims.filter(({paper}) => chosen.includes(paper));
    const rows = [];
    for (const [n, {id, statement, paper, place, reported, ours, judge, why}] of judged.entries()) {
      await progress(n / judged.length, id);
      const found = ours(data as never);
      const shared = {claim: id, statement, paper, place, verdict: judge(reported, found), why};
      rows.push(...[...reported, ...found].map((evidence) => ({...shared, ...evidence})));
    }
    return rows;
  },
});
