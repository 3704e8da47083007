// npm test: from a fresh clone to a verdict.
import {ensureDependencies, must} from "./bootstrap.mjs";

ensureDependencies();
must("npx", "tsx", "scripts/test.ts", ...process.argv.slice(2));
