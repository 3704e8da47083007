import {expect, test} from "vitest";
import {ALL_CLAIMS} from "./all-claims.js";
import {REASONS} from "./reasons.js";

test.each(REASONS.map(({claim, says, holds}) => ({claim, says, holds})))(
  "$claim gives as a reason what the rows show: “$says”",
  ({claim, says, holds}) => {
    expect(ALL_CLAIMS.find(({id}) => id === claim)?.why, claim).toContain(says);
    holds();
  },
);
