// npm start: from a fresh clone to the open workbench.
import {ensureDependencies, must} from "./bootstrap.mjs";

ensureDependencies();
must("npm", "run", "--silent", "build");
must("npx", "tsx", "scripts/serve.ts", "--open", ...process.argv.slice(2));
