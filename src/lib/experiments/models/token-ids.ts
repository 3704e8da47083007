/** The ids of a list between commas. @throws RangeError naming the function and its parameter. */
export function tokenIds(where: string, name: string, text: string): number[] {
  const parts = text.split(",");
  if (!parts.every((part) => /^\s*\d{1,9}\s*$/.test(part))) {
    throw new RangeError(
      `${where}: ${name} must be token ids separated by commas, such as 5,17,3, got ${JSON.stringify(text)}`,
    );
  }
  return parts.map(Number);
}
