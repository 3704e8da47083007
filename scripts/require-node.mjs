// Before commands that are started without an install.
import {requireNode} from "./bootstrap.mjs";

requireNode();
