import {registry} from "../technique/registry.js";
import {bitmapBf16} from "./bitmap/bitmap-bf16.js";
import {bitmapInt8} from "./bitmap/bitmap-int8.js";
import {listedBf16} from "./listed/listed-bf16.js";

/** Ways to store weights without their zeros, in the order in which pages show them. */
export const sparseForms = registry("sparse forms", [bitmapBf16, bitmapInt8, listedBf16]);
