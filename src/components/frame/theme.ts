// A classic script that stops the parser: the colours are settled before anything is painted.
(() => {
  const KEY = "theme";
  const CHOICES = ["auto", "light", "dark"];
  const LABELS: Record<string, string> = {auto: "Auto", light: "Light", dark: "Dark"};

  /** The choice of an earlier visit; a browser that refuses to store anything follows the system. */
  function stored(): string {
    try {
      return CHOICES.find((choice) => choice === localStorage.getItem(KEY)) ?? "auto";
    } catch {
      return "auto";
    }
  }

  function store(choice: string): void {
    try {
      if (choice === "auto") localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, choice);
    } catch {
      // The choice then lasts as long as the page.
    }
  }

  /** The medium of a rule for one scheme, under the reader's choice. */
  function mediumOf(scheme: string, choice: string): string {
    if (choice === "auto") return `(prefers-color-scheme: ${scheme})`;
    return scheme === choice ? "all" : "not all";
  }

  const schemes = new WeakMap<CSSMediaRule, string>();

  /** All style sheets, those of the generator too, speak of the scheme in media rules: those rules follow the choice. */
  function apply(choice: string): void {
    for (const sheet of document.styleSheets) {
      for (const rule of sheet.cssRules) {
        if (!(rule instanceof CSSMediaRule)) continue;
        const scheme =
          schemes.get(rule) ?? /^\(prefers-color-scheme:\s*(light|dark)\)$/.exec(rule.conditionText)?.[1];
        if (scheme === undefined) continue;
        schemes.set(rule, scheme);
        rule.media.mediaText = mediumOf(scheme, choice);
      }
    }
    document.dispatchEvent(new Event("themechange"));
  }

  function show(button: HTMLElement, choice: string): void {
    button.textContent = LABELS[choice] ?? choice;
    button.setAttribute("aria-label", `Colours: ${LABELS[choice]}. Change`);
  }

  let choice = stored();
  apply(choice);
  // Paper is light.
  addEventListener("beforeprint", () => apply("light"));
  addEventListener("afterprint", () => apply(choice));
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    if (button === null) return;
    show(button, choice);
    button.hidden = false;
    button.addEventListener("click", () => {
      choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length] ?? "auto";
      store(choice);
      apply(choice);
      show(button, choice);
    });
  });
})();
