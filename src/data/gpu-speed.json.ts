/** Data loader of the page on speed: the last committed run of the kernels in WGSL, as it is. */
import run from "../../bench/gpu/results.json" with {type: "json"};

process.stdout.write(JSON.stringify(run));
