import {POLICY_CACHES} from "../../attention/policy-caches.js";
import {cacheChoices, combinedLast} from "../../engine/cache/choices.js";
import {KV_CACHES} from "../../kv/registry.js";
import {registry} from "../../technique/registry.js";

/** Every cache at every setting that has a name, in the order in which pages show them. */
export const CACHES = registry(
  "cacheById",
  combinedLast(cacheChoices([...KV_CACHES.all, ...POLICY_CACHES.all])),
);

/** Ids of the caches that a page shows first. */
export const SHOWN_CACHE_IDS: readonly string[] = CACHES.all
  .filter(({isShownFirst}) => isShownFirst)
  .map(({id}) => id);
