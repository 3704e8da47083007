// npm start [-- --port 3000]: from a fresh clone to the open workbench.
import {parseArgs} from "node:util";
import {ensureDependencies, must, requireNode, stop} from "./bootstrap.mjs";

requireNode();
const args = process.argv.slice(2);
try {
  // A wrong call ends now and not after the build.
  parseArgs({args, options: {port: {type: "string"}, open: {type: "boolean"}}});
} catch (error) {
  stop(`start: ${error.message}`, 2);
}
ensureDependencies();
must("npm", "run", "--silent", "build");
must("npx", "tsx", "scripts/serve.ts", "--open", ...args);
