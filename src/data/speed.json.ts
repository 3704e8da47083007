/** Data loader of the page on speed: the last committed run of the bench, as it is. */
import run from "../../bench/results.json" with {type: "json"};

process.stdout.write(JSON.stringify(run));
