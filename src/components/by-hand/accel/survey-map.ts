import {html} from "htl";
import {pageAt} from "../../frame/site-pages.js";

/** Parts of the survey (arXiv:2406.10903) with the pages of this site that run techniques of each. */
export const SURVEY_PARTS = [
  {
    part: "Algorithms",
    about: "fewer steps and fewer keys: Medusa's drafts, SnapKV's choice of the prompt",
    paths: ["/decoding/drafting-and-verifying", "/kv/which-tokens-matter", "/kv/small-caches"],
  },
  {
    part: "Co-design",
    about: "models and machines chosen together",
    paths: [
      "/accelerators/compose",
      "/formats/multiplying-without-a-multiplier",
      "/accelerators/sparse-slices",
    ],
  },
  {
    part: "Compilers",
    about: "from a model to fixed shapes, layouts and orders of loops",
    paths: ["/decoding/compiled-shapes", "/accelerators/layouts", "/accelerators/softmax-orders"],
  },
  {
    part: "Verification",
    about: "whether what runs is what was meant",
    paths: ["/accelerators/wrong-kernels", "/regress/predicting-cost-from-text", "/claims"],
  },
] as const;

/** Pages of the site under the four parts of the survey; links stand on a page of a family. */
export const surveyMap = (): HTMLElement =>
  html`<dl class="survey-map">${SURVEY_PARTS.map(
    ({part, about, paths}) =>
      html`<div><dt>${part}</dt><dd>${about}</dd>${paths.map((path) => html`<dd><a href=${`..${path}`}>${pageAt(path)?.name ?? path}</a></dd>`)}</div>`,
  )}</dl>`;
