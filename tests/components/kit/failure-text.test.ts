import {expect, test} from "vitest";
import {failureText, isOffline} from "../../../src/components/kit/text/failure-text.js";

test.each([
  "Failed to fetch",
  "Failed to fetch dynamically imported module: http://127.0.0.1/x.js",
  "Uncaught TypeError: Failed to fetch dynamically imported module: http://127.0.0.1/x.js",
  "NetworkError when attempting to fetch resource.",
  "error loading dynamically imported module: http://127.0.0.1/x.js",
  "Load failed",
  "Importing a module script failed.",
])("%s is the site's silence", (message) => {
  expect(failureText(new TypeError(message))).toMatch(/^This page is offline: /);
});

test.each(["openSafetensors: header length must be …", "a file named fetch"])("%s is none", (message) => {
  expect(isOffline(new Error(message))).toBe(false);
  expect(failureText(new Error(message))).toBe(message);
});
