import type {PageGroup} from "../site-page.js";

/** Pages about the whole site. */
export const REFERENCE_PAGES: PageGroup = {
  name: "Reference",
  pages: [
    {
      name: "Claims",
      path: "/claims",
      about: "Headline numbers of papers beside what is measured or modelled here, with verdicts by rule.",
    },
    {
      name: "Speed",
      path: "/benchmarks",
      about: "The speed of this library against other software on one machine.",
    },
    {
      name: "Glossary",
      path: "/glossary",
      about:
        "Terms of efficient machine learning and every technique of this workbench, each with its source.",
    },
    {
      name: "About and cite",
      path: "/about",
      about: "What Paretoscope is, its licence and version, and how to cite it.",
    },
  ],
};
