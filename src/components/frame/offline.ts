import {failureText, isOffline} from "../kit/text/failure-text.js";

/** Tells the reader in a line of its own where a part of the page could not be loaded and nothing else tells. */
export function tellOffline(error: unknown): void {
  if (!isOffline(error) || document.querySelector(".offline") !== null) return;
  const line = document.createElement("p");
  line.className = "problem offline";
  line.setAttribute("role", "alert");
  line.textContent = failureText(error);
  document.querySelector("main")?.prepend(line);
}
