import {registry} from "../../technique/registry.js";
import {bottle} from "./bottle.js";
import {cart} from "./cart.js";
import {chair} from "./chair.js";
import {lamp} from "./lamp.js";
import {table} from "./table.js";
import {tree} from "./tree.js";

/** All kinds of objects that the grammar can say. */
export const shapeFamilies = registry("shapeFamilies", [table, chair, lamp, bottle, tree, cart]);
