/** Entry point of `npm run conformance`. */
import {main} from "../command-line.js";

process.exitCode = await main(["conformance", ...process.argv.slice(2)]);
