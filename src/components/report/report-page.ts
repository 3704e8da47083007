import {type Markup, markup} from "../kit/text/markup.js";
import {COLOURS} from "../plots/palette-colours.js";
import {errorSection} from "./errors.js";
import {cacheSection, inventorySection, machineSection} from "./inventory.js";
import {planSection, qualitySection} from "./plan.js";
import type {ReportData} from "./report-data.js";
import {REPORT_STYLE} from "./report-style.js";
import {KINDS, kind} from "./words.js";

/** The sections of a report, in their order. */
export const reportSections = (data: ReportData): readonly Markup[] => [
  planSection(data),
  qualitySection(data),
  errorSection(data),
  machineSection(data),
  cacheSection(data),
  inventorySection(data),
];

/** What made a report. */
export interface ReportOrigin {
  /** The command that makes it again. */
  readonly command: string;
  /** Name and version of the package. */
  readonly maker: string;
}

/** No script, no request: styles and drawings are inside. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A report as one HTML file that asks nothing of anybody: it works from a mail and without a network. */
export function reportPage(data: ReportData, {command, maker}: ReportOrigin): string {
  const sections = reportSections(data);
  const style = `${colourCss(sections.map(({text}) => text).join(""))}\n${REPORT_STYLE}`;
  const kinds = (["measured", "modelled", "reported"] as const).map(
    (each) => markup`<li>${kind(each)} ${KINDS[each]}</li>`,
  );
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content=${POLICY}>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${data.name}: report of a checkpoint</title>
<style>${{text: style}}</style>
</head>
<body>
<main>
<h1>${data.name}</h1>
<ul class="kinds">${kinds}</ul>
${sections}
<footer><p>Made by ${maker} with</p><pre>${command}</pre></footer>
</main>
</body>
</html>
`;
  return page.text;
}

/** The colours that a report names, for both schemes. */
function colourCss(text: string): string {
  const names = [...new Set(text.match(/--family-[\w-]+/g) ?? [])].sort();
  const declared = (scheme: "light" | "dark") =>
    names.map((name) => `${name}: ${COLOURS[scheme][name] ?? "currentColor"};`).join(" ");
  return `:root { ${declared("light")} }\n@media (prefers-color-scheme: dark) { :root { ${declared("dark")} } }`;
}
