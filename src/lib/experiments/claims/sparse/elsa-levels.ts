/** The claim of ELSA that levels should differ from linear to linear, on a model of pictures. */

import type {Row} from "../../../experiment/columns.js";
import type {elsaAccuracy} from "../../accel/elsa-accuracy.js";
import type {Claim} from "../claim.js";
import {intervalsOf, measured, reported, type Spread, scaled, spread} from "../evidence.js";
import {orderVerdict} from "../rules.js";

/** Rows of the search for levels. */
export type LevelRows = readonly Row<(typeof elsaAccuracy)["columns"]>[];

const SUBJECT = "a vision Mamba of 254 thousand parameters on drawn pictures, half the work of its linears";
const GAIN = "more pictures named rightly, evolved levels over one for all";

/** Change against one level for all on all pictures, in percentage points. */
function changeOf({change: value, changeLow: low, changeHigh: high, pictures}: LevelRows[number]): Spread {
  const method = "95 %, paired shares of pictures";
  return scaled({value, low, high, documents: pictures, method}, 100);
}

/** Claims of ELSA on accuracy; the work that it saves is judged among accelerators. */
export const elsaLevelClaims: readonly Claim<{readonly levels: LevelRows}>[] = [
  {
    id: "elsa-accuracy",
    paper: "arXiv:2409.09708",
    place: "abstract",
    statement:
      "Levels N:M searched for each linear save work that one level for all could not, with a negligible loss.",
    kind: "measured",
    reported: [reported("Swin-B and DeiT-B on ImageNet", "dense work over sparse", 2.9, "x")],
    ours: ({levels}) => {
      const together = levels.filter(({seed}) => seed === "all");
      return together.flatMap((row) =>
        row.way === "evolved"
          ? [spread(SUBJECT, GAIN, changeOf(row), "points")]
          : [measured(SUBJECT, `pictures named rightly, ${row.way}`, 100 * row.accuracy, "%")],
      );
    },
    judge: (_reported, ours) => orderVerdict(intervalsOf(ours, GAIN)),
    why: "The paper trains one network for all levels before its search; ours is cut after training, where every way loses, and its levels are chosen by the loss on few pictures.",
  },
];
