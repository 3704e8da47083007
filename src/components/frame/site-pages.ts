import type {RegistryName} from "../../lib/technique/facts.js";
import {ACCELERATOR_PAGES} from "./page-groups/accelerators.js";
import {CACHE_PAGES} from "./page-groups/caches.js";
import {DECODING_PAGES} from "./page-groups/decoding.js";
import {DIFFUSION_PAGES} from "./page-groups/diffusion.js";
import {FORMAT_PAGES} from "./page-groups/formats.js";
import {MIXER_PAGES} from "./page-groups/mixers.js";
import {MODEL_PAGES} from "./page-groups/models.js";
import {REFERENCE_PAGES} from "./page-groups/reference.js";
import {REGRESS_PAGES} from "./page-groups/regress.js";
import {SCENE_PAGES} from "./page-groups/scenes.js";
import {SPARSE_PAGES} from "./page-groups/sparse.js";
import {SSM_PAGES} from "./page-groups/ssm.js";
import type {PageGroup, SitePage} from "./site-page.js";

/** The home page; the brand leads to it. */
export const HOME: SitePage = {
  name: "Home",
  path: "/index",
  about:
    "A workbench for the trade-offs of efficient machine learning: number formats, caches, state-space models and accelerators, really run, measured and explorable.",
};

/** All other pages by family, in reading order. */
export const PAGE_GROUPS: readonly PageGroup[] = [
  FORMAT_PAGES,
  MODEL_PAGES,
  CACHE_PAGES,
  DECODING_PAGES,
  SPARSE_PAGES,
  SSM_PAGES,
  MIXER_PAGES,
  DIFFUSION_PAGES,
  ACCELERATOR_PAGES,
  REGRESS_PAGES,
  SCENE_PAGES,
  REFERENCE_PAGES,
];

/** The page that shows the techniques of a registry at work. */
export const PAGE_OF_REGISTRY: Readonly<Record<RegistryName, string>> = {
  formats: "/formats/choose",
  "quantization methods": "/models/formats-on-a-working-model",
  caches: "/kv/small-caches",
  policies: "/kv/which-tokens-matter",
  "scan quantizers": "/ssm/quantizing",
  "averaged scans": "/ssm/averaging-channels",
  "decoding methods": "/decoding/drafting-and-verifying",
  mixers: "/mixers/recurrence-without-attention",
  "pruning methods": "/sparse/which-weights-can-go",
  "structured pruning": "/sparse/which-weights-can-go",
  "sparse forms": "/sparse/sparse-tiles",
  mixtures: "/sparse/experts",
  "static decodings": "/decoding/compiled-shapes",
  "softmax orders": "/accelerators/softmax-orders",
  cascades: "/accelerators/softmax-orders",
  arithmetics: "/formats/multiplying-without-a-multiplier",
  accelerators: "/accelerators/compose",
};

const PAGES = [HOME, ...PAGE_GROUPS.flatMap(({pages}) => pages)];

/** The page of a technique: one of its own, under its id, or that of its registry. */
export const pageOfTechnique = ({
  registry,
  id,
}: {
  readonly registry: RegistryName;
  readonly id: string;
}): string =>
  PAGES.find(({path, techniques}) => techniques?.includes(id) || path.endsWith(`/${id}`))?.path ??
  PAGE_OF_REGISTRY[registry];

/** Finds a page by its address; none for addresses outside the navigation. */
export const pageAt = (path: string): SitePage | undefined => PAGES.find((page) => page.path === path);
