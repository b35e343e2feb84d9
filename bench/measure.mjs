/** One task: all participants prepare and warm up, then take turns, so that a busy moment of the machine hits all alike. */
import { start } from "./conversation.mjs";
import { agree, median, spread } from "./statistics.mjs";

/** Who takes longer than this runs once. */
const ONCE_MS = 20_000;
/** A turn is at least so long and at least so many repetitions, whichever is more. */
const TURN = { ms: 200, repetitions: 5 };
/** Warming up takes from so long to so long, and ends when two blocks were hardly faster than the fastest before. */
const WARM_MS = { least: 1_000, most: 5_000, block: 100 };
const HARDLY = 0.97;

/** So many repetitions, in milliseconds each. */
async function timed(talk, repetitions) {
  const { ms, refuses } = await talk.ask({ run: repetitions });
  if (ms === undefined) throw new Error(refuses ?? "no time was told");
  return ms / repetitions;
}

/** Runs until times stay level; the fastest, in milliseconds. */
async function warmUp(talk, first) {
  let fastest = first;
  let spent = first;
  for (let level = 0; spent < WARM_MS.most && (level < 2 || spent < WARM_MS.least); ) {
    const repetitions = Math.ceil(WARM_MS.block / fastest);
    const each = await timed(talk, repetitions);
    level = each < HARDLY * fastest ? 0 : level + 1;
    fastest = Math.min(fastest, each);
    spent += each * repetitions;
  }
  return fastest;
}

/** Brings a participant to where it can take turns; what it refuses or gets wrong is in the result. */
async function enter(participant, talk, task, expected) {
  const result = { participant: participant.label };
  try {
    const { check, refuses } = talk.ready.ready
      ? await talk.ask({ prepare: task.name, record: task.record })
      : talk.ready;
    if (check === undefined) return { ...result, refuses };
    result.check = check;
    if (expected !== undefined && !agree(expected, check)) return { ...result, differs: true };
    const first = await timed(talk, 1);
    if (first > ONCE_MS) return { ...result, rounds: [first], once: true };
    const fastest = await warmUp(talk, first);
    return {
      ...result,
      rounds: [],
      repetitions: Math.max(TURN.repetitions, Math.ceil(TURN.ms / fastest)),
    };
  } catch (error) {
    return { ...result, refuses: error.message };
  }
}

/** Measures one task; a result for each participant, in their order. Who comes first changes with the round. */
export async function measureTask(task, participants, rounds) {
  const talks = await Promise.all(participants.map(start));
  try {
    const results = [];
    for (const [i, participant] of participants.entries()) {
      results.push(await enter(participant, talks[i], task, results[0]?.check));
    }
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < participants.length; turn++) {
        const at = (round + turn) % participants.length;
        const result = results[at];
        if (result.repetitions === undefined || result.refuses !== undefined) continue;
        try {
          result.rounds.push(await timed(talks[at], result.repetitions));
        } catch (error) {
          result.refuses = error.message;
        }
      }
    }
    return summarised(results);
  } finally {
    await Promise.all(talks.map(({ stop }) => stop()));
  }
}

/** Medians, and ratios to the first participant. */
function summarised(results) {
  const base = results[0].rounds?.length > 0 ? median(results[0].rounds) : undefined;
  return results.map((result) => {
    if (result.refuses !== undefined || result.differs || !result.rounds?.length) return result;
    const ms = median(result.rounds);
    return { ...result, ms, spread: spread(result.rounds), ...(base && { ratio: ms / base }) };
  });
}
