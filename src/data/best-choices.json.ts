/** Data loader of what the home page advises: the smallest forms for a loss, from the rows that are kept. */
import {readFileSync} from "node:fs";
import {rowsFromArrow} from "../lib/io/arrow.js";
import {bestChoices} from "./best-choices.js";

const kept = (id: string) => rowsFromArrow(readFileSync(`src/data/kept/${id}.arrow`)).rows;

process.stdout.write(
  JSON.stringify(
    bestChoices({
      caches: kept("kv/small-caches"),
      methods: kept("models/formats-on-model"),
      scans: kept("ssm/quantization"),
    }),
  ),
);
