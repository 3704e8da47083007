/** What browsers say where a file of this site did not come: each in words of its own. */
const NO_ANSWER =
  /failed to fetch|dynamically imported module|networkerror|load failed|importing a module script failed|unable to load file/i;

const OFFLINE =
  "This page is offline: the site that it came from does not answer. What is on show stays; the rest comes when the site answers again.";

/** Whether something failed because the site of this page does not answer, and not because of what a reader gave it. */
export function isOffline(error: unknown): boolean {
  return error instanceof Error && NO_ANSWER.test(error.message);
}

/** A failure in a sentence for the reader. */
export function failureText(error: unknown): string {
  if (isOffline(error)) return OFFLINE;
  return error instanceof Error ? error.message : String(error);
}
