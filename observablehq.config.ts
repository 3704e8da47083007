import {glossaryLinks, type Markdown} from "./scripts/glossary-links.js";
import {pageHead, pageHeader} from "./scripts/page-header.js";
import {unbrokenProse} from "./scripts/unbroken-prose.js";
import {PAGE_GROUPS} from "./src/components/frame/site-pages.js";

export default {
  root: "src",
  // The build script has it built beside the finished site, which stays whole meanwhile.
  output: process.env.PARETOSCOPE_SITE ?? "site",
  title: "Paretoscope",
  style: "style.css",
  // The default is a font from another origin; nothing on a page may leave this one.
  globalStylesheets: [],
  head: pageHead,
  header: pageHeader,
  footer: "Paretoscope: every number is measured, modelled or reported, and says which.",
  markdownIt: (markdown: Markdown) => unbrokenProse(glossaryLinks(markdown)),
  pages: PAGE_GROUPS,
  sidebar: false,
  toc: {show: true, label: "On this page"},
  pager: true,
  search: false,
};
