import {mkdirSync} from "node:fs";
import {chromium} from "playwright-core";
import {CHROMIUM_ARGS, ensureChromium} from "./chromium.js";
import {serveFolder} from "./static-server.js";
const {server, url} = await serveFolder("site");
const browser = await chromium.launch({executablePath: ensureChromium(), args: [...CHROMIUM_ARGS]});
// args: outdir widths(1280,360) schemes(light,dark) open(0|1) paths...
const [out, widths, schemes, open, ...paths] = process.argv.slice(2);
mkdirSync(out, {recursive: true});
for (const path of paths) for (const w of widths.split(",")) for (const scheme of schemes.split(",")) {
  const page = await browser.newPage({viewport: {width: +w, height: 800}, colorScheme: scheme as "light"});
  page.on("console", (m) => ["error", "warning"].includes(m.type()) && console.log(path, m.text()));
  page.on("pageerror", (e) => console.log(path, e.message));
  await page.goto(url + path); await page.waitForLoadState("networkidle");
  if (open === "1") await page.evaluate(() => document.querySelectorAll("main details").forEach((d) => (d as HTMLDetailsElement).open = true));
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  for (let y = 0; y < height; y += 700) { await page.evaluate((y) => scrollTo(0, y), y); await page.waitForTimeout(60); }
  await page.evaluate(() => scrollTo(0, 0)); await page.waitForTimeout(300);
  const name = (path.replace(/\?.*/, "").replace(/\.html$/, "").replace(/^\/|\/$/g, "").replaceAll("/", "_") || "home") + `-${w}-${scheme}`;
  const h = await page.evaluate(() => document.documentElement.scrollHeight);
  const sw = await page.evaluate(() => document.documentElement.scrollWidth);
  console.log(name, h, sw > +w ? `SIDEWAYS ${sw}` : "");
  await page.screenshot({path: `${out}/${name}.png`, fullPage: true}); await page.close();
}
await browser.close(); server.close();
