/** Evaluates the formulas of an explanation: + - * / parentheses, numbers, symbols and max(a, b). */
export function evaluate(formula: string, values: Readonly<Record<string, number>>): number {
  const tokens = formula.match(/[A-Za-z]\w*|\d+(?:\.\d+)?|[-+*/(),]/g) ?? [];
  let at = 0;
  const take = (): string => tokens[at++];
  const expect = (token: string): void => {
    const got = take();
    if (got !== token) throw new SyntaxError(`expected ${token}, got ${got} in ${formula}`);
  };
  const atom = (): number => {
    const token = take();
    if (token === "(") {
      const value = sum();
      expect(")");
      return value;
    }
    if (token === "max") {
      expect("(");
      const a = sum();
      expect(",");
      const b = sum();
      expect(")");
      return Math.max(a, b);
    }
    if (/^\d/.test(token)) return Number(token);
    const value = values[token];
    if (value === undefined) throw new ReferenceError(`${token} has no value in ${formula}`);
    return value;
  };
  const product = (): number => {
    let value = atom();
    while (tokens[at] === "*" || tokens[at] === "/") value = take() === "*" ? value * atom() : value / atom();
    return value;
  };
  const sum = (): number => {
    let value = product();
    while (tokens[at] === "+" || tokens[at] === "-")
      value = take() === "+" ? value + product() : value - product();
    return value;
  };
  const value = sum();
  if (at !== tokens.length) throw new SyntaxError(`${tokens[at]} is left over in ${formula}`);
  return value;
}
