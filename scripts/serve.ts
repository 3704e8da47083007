// Serves the built site on this machine: tsx scripts/serve.ts [--port 3000] [--open]
import {spawn} from "node:child_process";
import {existsSync} from "node:fs";
import {parseArgs} from "node:util";
import {serveFolder} from "./static-server.js";

const {values} = parseArgs({
  options: {port: {type: "string", default: "3000"}, open: {type: "boolean", default: false}},
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  console.error(`serve: --port must be an integer from 0 to 65535, got ${values.port}`);
  process.exit(2);
}
if (!existsSync("site/index.html")) {
  console.error("serve: there is no built site yet; run npm run build");
  process.exit(1);
}

const {url} = await serve(port);
console.log(`\nParetoscope is open at ${url}\nCtrl-C ends it.`);
if (values.open) openBrowser(url);

/** A port that is taken is no reason to fail: any free one will do. */
async function serve(wanted: number) {
  try {
    return await serveFolder("site", {port: wanted});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    console.log(`Port ${wanted} is taken, using another.`);
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
