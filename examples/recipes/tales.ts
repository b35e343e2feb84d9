/**
 * Short tales about somebody who has some things, gets more and loses some, drawn from a grammar. A reader can tell whether
 * they are true: the sums must be right, and the name, its pronouns and the things the same from the first sentence to the
 * last.
 *
 *     Once Mia had five red shells. Tom gave her two, so she had seven. Then she lost four, and that left three. Mia took
 *     her three red shells home.
 *
 * Of the ways to go on each is as likely as the others, so it is known how many bits of chance a tale holds: on average
 * nobody can foretell its characters with fewer.
 */
import { Generator } from "maru";

export const girls = ["Ann", "Emma", "Ida", "Lily", "Mia", "Nora", "Rose", "Sue"];
export const boys = ["Ben", "Finn", "Hugo", "Leo", "Max", "Noah", "Otto", "Tom"];
export const colors = ["black", "blue", "brown", "green", "grey", "red", "white", "yellow"];
export const things = ["apple", "boat", "cake", "hat", "kite", "nut", "shell", "stone"];
/** Word n is the number n. */
export const numbers = "none one two three four five six seven eight nine".split(" ");

/** The most that anyone has in a tale. */
const MOST = 9;
/** More than a tale ever draws. */
const DRAWS = 24;

/** A tale, and how many bits of chance are in it. */
export interface Tale {
  readonly text: string;
  readonly bits: number;
}

/** A tale by draws between 0 and 1, one for each choice. */
function tell(draws: readonly number[]): Tale {
  let [bits, used] = [0, 0];
  const pick = <T>(options: readonly T[]): T => {
    bits += Math.log2(options.length);
    return options[Math.floor(draws[used++]! * options.length)]!;
  };
  const upTo = (most: number): number => pick(Array.from({ length: most }, (_, i) => i + 1));

  const hero = pick([...girls, ...boys]);
  const [she, her, hers] = girls.includes(hero) ? ["she", "her", "her"] : ["he", "him", "his"];
  const [color, thing] = [pick(colors), pick(things)];
  let count = upTo(MOST - 2);
  const withThings = (): string => `${numbers[count]} ${color} ${thing}${count === 1 ? "" : "s"}`;

  const event = (): string => {
    const isMore = pick(count === 1 ? [true] : count === MOST ? [false] : [true, false]);
    const change = upTo(isMore ? MOST - count : count - 1);
    count += isMore ? change : -change;
    const k = numbers[change];
    const other = () => pick([...girls, ...boys].filter((name) => name !== hero));
    const deeds = isMore
      ? [() => `${other()} gave ${her} ${k}`, () => `${she} found ${k}`, () => `${she} bought ${k}`]
      : [() => `${she} gave ${other()} ${k}`, () => `${she} lost ${k}`, () => `${she} sold ${k}`];
    const deed = pick(deeds)();
    return `${deed}, ${pick([`so ${she} had`, `and that ${isMore ? "made" : "left"}`])} ${numbers[count]}`;
  };

  const sentences = [
    `${pick(["Once", "One day"])} ${hero} had ${withThings()}`,
    event(),
    `Then ${event()}`,
    pick([
      () => `${hero} took ${hers} ${withThings()} home`,
      () => `In the end ${hero} had ${withThings()}`,
    ])(),
  ];
  return { text: `${sentences.map((text) => text[0]!.toUpperCase() + text.slice(1)).join(". ")}.`, bits };
}

/** So many tales; the seed decides which. */
export const tellTales = (count: number, seed: number): Tale[] =>
  new Generator(seed).uniform([count, DRAWS]).toArray().map(tell);

/** Bits for each character by counts of how often it follows the `order` characters before it. */
export function bitsByCounts(order: number, learned: readonly Tale[], exam: readonly Tale[]): number {
  const counts = new Map<string, number>();
  const each = (tales: readonly Tale[], see: (before: string, character: string) => void) => {
    for (const { text } of tales) {
      const padded = `${"\n".repeat(order)}${text}\n`;
      for (let i = order; i < padded.length; i++) see(padded.slice(i - order, i), padded[i]!);
    }
  };
  const add = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  each(learned, (before, character) => {
    add(before);
    add(before + character);
  });
  let [bits, length] = [0, 0];
  each(exam, (before, character) => {
    const [seen, all] = [counts.get(before + character) ?? 0, counts.get(before) ?? 0];
    bits -= Math.log2((seen + 0.01) / (all + 0.5));
    length++;
  });
  return bits / length;
}

/** Bits of chance for each character: nobody can foretell tales with fewer. */
export function bitsByChance(tales: readonly Tale[]): number {
  const sum = (of: (tale: Tale) => number) => tales.reduce((before, tale) => before + of(tale), 0);
  return sum(({ bits }) => bits) / sum(({ text }) => text.length + 1);
}
