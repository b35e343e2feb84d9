/** Reads a tale as one who did not write it: has it the form of one, are its sums right, and is it about one person's things? */
import { boys, colors, girls, numbers, things } from "./tales.js";

/** What holds of a text that may be a tale. Where it has not the form of one nothing else can be told, and none of it holds. */
export interface Verdict {
  /** Four sentences of a tale; "one red shell", but "two red shells"; what is found makes more, what is lost leaves fewer. */
  readonly isFormed: boolean;
  /** Every new number follows from the one before. */
  readonly isSumRight: boolean;
  /** Name, pronouns, colour and things stay; nobody gives to himself. */
  readonly isSame: boolean;
}

const either = (words: readonly string[]): string => words.join("|");
const NAME = either([...girls, ...boys]);
const NUMBER = either(numbers.slice(1));
const GOODS = `(?<number>${NUMBER}) (?<goods>(?:${either(colors)}) (?:${either(things)}))(?<plural>s?)`;

const eventWith = (pronoun: string): string => {
  const gift = `(?<giver>${NAME}) gave (?<object>her|him)`;
  const deed = `(?<doer>${pronoun}) (?:(?<gain>found|bought)|lost|sold|gave (?<receiver>${NAME}))`;
  const outcome = "so (?<owner>she|he) had|and that (?<change>made|left)";
  return `(?:${gift}|${deed}) (?<by>${NUMBER}), (?:${outcome}) (?<after>${NUMBER})`;
};

const form = (sentence: string): RegExp => new RegExp(`^${sentence}$`);
const BEGIN = form(`(?:Once|One day) (?<hero>${NAME}) had ${GOODS}`);
const FIRST = form(eventWith("She|He"));
const SECOND = form(`Then ${eventWith("she|he")}`);
const KEPT = form(`In the end (?<hero>${NAME}) had ${GOODS}`);
const TAKEN = form(`(?<hero>${NAME}) took (?<their>her|his) ${GOODS} home`);

type Words = Readonly<Record<string, string | undefined>>;
const valueOf = ({ number }: Words): number => numbers.indexOf(number!);
const hasPlural = (words: Words): boolean => (words.plural === "s") === (words.number !== "one");
const isGain = ({ giver, gain }: Words): boolean => giver !== undefined || gain !== undefined;

/** What holds of a text. */
export function judge(text: string): Verdict {
  const sentences = text.endsWith(".") ? text.slice(0, -1).split(". ") : [];
  const forms = [BEGIN, FIRST, SECOND, sentences[3]?.startsWith("In") ? KEPT : TAKEN];
  const [begin, first, second, end] = forms.map((one, i) => one.exec(sentences[i] ?? "")?.groups);
  const nothing = { isFormed: false, isSumRight: false, isSame: false };
  if (sentences.length !== 4 || !begin || !first || !second || !end) return nothing;
  const events = [first, second];
  const fits = ({ change, ...event }: Words) => !change || (change === "made") === isGain(event);
  if (!hasPlural(begin) || !hasPlural(end) || !events.every(fits)) return nothing;

  let count = valueOf(begin);
  const follows = (event: Words): boolean => {
    const by = valueOf({ number: event.by });
    const expected = isGain(event) ? count + by : count - by;
    count = valueOf({ number: event.after });
    return count === expected;
  };
  const isSumRight = events.map(follows).every(Boolean) && valueOf(end) === count;

  const { hero } = begin;
  const [she, her, hers] = girls.includes(hero!) ? ["she", "her", "her"] : ["he", "him", "his"];
  const isAbout = ({ giver, receiver, object = her, doer = she, owner = she }: Words) =>
    giver !== hero && receiver !== hero && object === her && doer.toLowerCase() === she && owner === she;
  const { their = hers } = end;
  const isSame = events.every(isAbout) && end.hero === hero && end.goods === begin.goods && their === hers;
  return { isFormed: true, isSumRight, isSame };
}
