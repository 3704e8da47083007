import {accelerators} from "./benches/accelerators.js";
import {averagedScanTimes} from "./benches/averaged-scans.js";
import {caches} from "./benches/caches.js";
import {checkpoints} from "./benches/checkpoints.js";
import {choices} from "./benches/choose.js";
import {compiledShapes} from "./benches/compiled-shapes.js";
import {decodeAttentions} from "./benches/decode-attention.js";
import {decodings} from "./benches/decoding.js";
import {diffusion} from "./benches/diffusion.js";
import {engine} from "./benches/engine.js";
import {formats} from "./benches/formats.js";
import {grammars} from "./benches/grammars.js";
import {transforms} from "./benches/hadamard.js";
import {llamaCpp} from "./benches/llama-cpp.js";
import {lossless} from "./benches/lossless.js";
import {packedProducts} from "./benches/packed-products.js";
import {products} from "./benches/products.js";
import {recurrences} from "./benches/recurrences.js";
import {stateSpaceScans} from "./benches/scans.js";
import {slowLinks} from "./benches/slow-link.js";
import {smashProducts} from "./benches/smash.js";
import {sparseProducts} from "./benches/sparse.js";
import {decompositions} from "./benches/svd.js";
import {sweeps} from "./benches/sweeps.js";
import {tableProducts} from "./benches/table-products.js";
import {threads} from "./benches/threads.js";
import {tokenizers} from "./benches/tokenizers.js";
import type {Contest} from "./harness/contest.js";

/** Every contest, in the order in which they run. */
export const contests: readonly Contest[] = [
  ...formats,
  ...lossless,
  ...checkpoints,
  ...choices,
  ...engine,
  ...diffusion,
  ...decodings,
  ...compiledShapes,
  ...slowLinks,
  ...products,
  ...packedProducts,
  ...tableProducts,
  ...sparseProducts,
  ...smashProducts,
  ...transforms,
  ...decompositions,
  ...decodeAttentions,
  ...caches,
  ...stateSpaceScans,
  ...averagedScanTimes,
  ...recurrences,
  ...accelerators,
  ...sweeps,
  ...threads,
  ...tokenizers,
  ...grammars,
  ...llamaCpp,
];
