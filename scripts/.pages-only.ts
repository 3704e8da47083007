// Builds the pages of the worktree in which it is run from cached tables (no table is run): npx tsx /tmp/pages-only.ts needs to lie in scripts/.
import {execFileSync} from "node:child_process";
import {rm} from "node:fs/promises";
import {finishSite} from "./finish-site.js";
import {replaceFolder} from "./replace-folder.js";
await rm("site.building", {recursive: true, force: true});
execFileSync(process.execPath, ["node_modules/@observablehq/framework/dist/bin/observable.js", "build"], {stdio: "inherit", env: {...process.env, OBSERVABLE_TELEMETRY_DISABLE: "1", PARETOSCOPE_SITE: "site.building"}});
const problems = await finishSite("site.building");
for (const p of problems) console.log("PROBLEM", p);
await replaceFolder("site", "site.building");
