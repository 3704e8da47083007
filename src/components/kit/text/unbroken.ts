/** Units that belong to the number before them. */
const UNITS = String.raw`%|dB|bits?|nats|[kMGTmµn]?(?:B|s|J)(?:\/s)?|[kMGT]?FLOP(?:\/s)?|tokens\/s|[kMG]Hz|mm²`;
const TORN = new RegExp(String.raw`(?<=\d) (?=(?:${UNITS})(?![\w/]))`, "g");

/** A sentence in which no line ends between a number and its unit: `95 %`, `4.5 bits`, `5.06 ms`. */
export const unbroken = (text: string): string => text.replace(TORN, "\u00a0");
