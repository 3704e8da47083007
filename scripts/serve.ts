// Serves the built site on this machine: tsx scripts/serve.ts [--port 3000] [--open]

import {spawn} from "node:child_process";
import {existsSync} from "node:fs";
import {parseArgs} from "node:util";
import {complain, say} from "../src/cli/terminal/print.js";
import {unfinishedPages} from "./finish-site.js";
import {serveFolder} from "./static-server.js";

const {port, open} = readCall();
if (!existsSync("site/index.html")) stop(1, "there is no built site yet; run npm run build");
const unfinished = await unfinishedPages("site");
if (unfinished.length > 0) {
  stop(1, `site/${unfinished[0]} has no content policy: the site was not finished; run npm run build`);
}

const {url} = await serve(port);
say(`\nParetoscope is open at ${url}\nCtrl-C ends it.`);
if (open) openBrowser(url);

function readCall(): {port: number; open: boolean} {
  try {
    const {values} = parseArgs({
      options: {port: {type: "string", default: "3000"}, open: {type: "boolean", default: false}},
    });
    const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : Number.NaN;
    if (port <= 65_535) return {port, open: values.open};
    return stop(2, `--port must be an integer from 0 to 65535, got ${JSON.stringify(values.port)}`);
  } catch (error) {
    return stop(2, (error as Error).message);
  }
}

function stop(status: number, message: string): never {
  complain(`serve: ${message}`);
  process.exit(status);
}

/** A port that is taken is no reason to fail: any free one will do. */
async function serve(wanted: number) {
  try {
    return await serveFolder("site", {port: wanted});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    say(`Port ${wanted} is taken, using another.`);
    return await serveFolder("site");
  }
}

/** Opens the desktop's browser where there is a desktop; the printed address serves everyone else. */
function openBrowser(address: string): void {
  const hasScreen = process.platform !== "linux" || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!hasScreen || process.env.CI) return;
  const opener = {darwin: "open", win32: "explorer"}[process.platform as string] ?? "xdg-open";
  spawn(opener, [address], {stdio: "ignore", detached: true})
    .on("error", () => {})
    .unref();
}
