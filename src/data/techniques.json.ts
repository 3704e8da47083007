/** Data loader of what pages cite: the techniques of all registries. */
import {techniques} from "./techniques.js";

process.stdout.write(JSON.stringify(techniques));
