/** Data loader of the map on the home page: what each technique saves and costs, from the rows that are kept. */
import {readFileSync} from "node:fs";
import {rowsFromArrow} from "../lib/io/arrow.js";
import {techniqueCosts} from "./costs.js";
import {techniques} from "./techniques.js";

// The rows as they are kept, without a run: that they fit the code is held by the tests of kept tables.
const kept = (id: string) => rowsFromArrow(readFileSync(`src/data/kept/${id}.arrow`)).rows;

process.stdout.write(
  JSON.stringify(
    techniqueCosts(techniques, {
      caches: kept("kv/small-caches"),
      policies: kept("attention/policies"),
      methods: kept("models/formats-on-model"),
      scans: kept("ssm/quantization"),
      drafts: kept("decoding/drafting"),
      pruning: kept("sparse/pruning"),
      structured: kept("sparse/structured"),
      systolic: kept("accel/systolic"),
      hsa: kept("accel/hsa"),
      slices: kept("accel/sparse-slices"),
      kinetics: kept("accel/kinetics"),
    }),
  ),
);
