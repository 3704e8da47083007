// npm run pictures: makes the pictures of the README anew from the built site.

import {existsSync} from "node:fs";
import {chromium} from "playwright-core";
import {complain, say} from "../src/cli/terminal/print.js";
import {CHROMIUM_ARGS, ensureChromium} from "./chromium.js";
import {serveFolder} from "./static-server.js";

/** A picture: an element of a page, as it looks in a window of this width. */
interface Picture {
  readonly file: string;
  readonly page: string;
  readonly selector: string;
  readonly width: number;
}

const PICTURES: readonly Picture[] = [
  {file: "docs/front.png", page: "", selector: "figure.chart", width: 1100},
];

if (!existsSync("site/index.html")) {
  complain("pictures: there is no built site yet; run npm run build");
  process.exit(1);
}
const {server, url} = await serveFolder("site");
const browser = await chromium.launch({executablePath: ensureChromium(), args: [...CHROMIUM_ARGS]});
for (const {file, page: path, selector, width} of PICTURES) {
  const page = await browser.newPage({viewport: {width, height: 1000}, colorScheme: "light"});
  await page.goto(url + path);
  await page.waitForLoadState("networkidle");
  await page.locator(selector).first().screenshot({path: file});
  say(`${file}: made from /${path}`);
}
await browser.close();
server.close();
