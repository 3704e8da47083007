/** Measures the one contest that its argument names and sends the records to the process that started it. */
import {runContest} from "./harness/record.js";
import {contests} from "./registry.js";

const contest = contests.find(({name}) => name === process.argv[2]);
if (contest === undefined || process.send === undefined) {
  throw new RangeError(`child: must be started by main with the name of a contest, got ${process.argv[2]}`);
}
process.send(await runContest(contest), () => process.exit());
