/** Entry point of `npm run conformance`. */
import {conformance} from "./main.js";

process.exitCode = await conformance(process.argv.slice(2));
