// The script of the frame of every page.
import {wireDefinitions} from "./definitions.js";
import {wireSearch} from "./search.js";

wireSearch();
wireDefinitions();
