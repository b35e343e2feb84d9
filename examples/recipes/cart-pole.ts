/**
 * An agent that learns to balance a pole on a cart (the world is in cart-pole-world.ts) from nothing but a reward of 1 for
 * each push that it lasts: REINFORCE with a baseline (Williams 1992, Simple Statistical Gradient-Following Algorithms for
 * Connectionist Reinforcement Learning). Pushes after which it went better than expected become likelier. Policy and
 * baseline are networks with one hidden layer of 64.
 *
 * What it reaches: from each of the seeds 0 to 7, on wasm and on native, the best pushes keep the pole up for 494 to 500
 * pushes on average over 100 new episodes, where 500 is the most and 475 counts as solved; most agents never drop it. Drawn
 * pushes, with which it learns, average 489 to 500 over the last 100 of 2,400 episodes, and pass 475 after 600 to 1,100. A
 * fresh agent lasts 10. Training takes 5 to 10 seconds a seed on 2 cores.
 *
 * Run it: npx tsx examples/recipes/cart-pole.ts
 * Options: --updates 150 --episodes 16 (in each update) --lr 0.01 --runs 3 --seed 0 --device auto
 */
import { argmax, array, compile, Generator, nn, noGrad, optim, random, type Tensor } from "maru";
import { padSequences } from "maru/data";
import { line, plot, scatter } from "maru/plot";
import { type Print, show, table } from "../show.js";
import { beginnings, isOver, LIMIT, push, type State } from "./cart-pole-world.js";
import { runRecipe } from "./shared.js";

const defaults = { updates: 150, episodes: 16, lr: 0.01, runs: 3, seed: 0, device: "auto" };

/** What a training is told. */
type Training = Omit<typeof defaults, "runs" | "device">;

/** What a reward is worth one push later. */
const DISCOUNT = 0.99;
/** The mean return of 100 episodes from which on the task counts as solved. */
const SOLVED = 475;
/** The seed of the episodes that show how good an agent is. */
const EXAM = 1983;

/** The policy gives the logits of a push to the left and to the right, the baseline the return to be expected. */
class Agent extends nn.Module {
  readonly policy = nn.sequential(nn.linear(4, 64), nn.tanh(), nn.linear(64, 2));
  readonly baseline = nn.sequential(nn.linear(4, 64), nn.tanh(), nn.linear(64, 1));
}

/** What to do in each of some states: 0 is to the left, 1 to the right. */
type Choose = (states: Tensor<[number, 4]>) => Tensor<[number], "int32">;

/** What was seen before each push, and which it was. */
interface Episode {
  readonly states: State[];
  readonly actions: number[];
}

/** An episode from each of the first states, all side by side: one call of `choose` gives a push for each. */
export function play(first: readonly State[], choose: Choose): Episode[] {
  const episodes = first.map((): Episode => ({ states: [], actions: [] }));
  const now = [...first];
  for (let pushes = 0; pushes < LIMIT && !now.every(isOver); pushes++) {
    const actions = choose(array(now)).toArray();
    episodes.forEach((episode, i) => {
      const state = now[i]!;
      if (isOver(state)) return;
      episode.states.push(state);
      episode.actions.push(actions[i]!);
      now[i] = push(state, actions[i]!);
    });
  }
  return episodes;
}

/** How many pushes each episode lasted. */
const returnsIn = (episodes: readonly Episode[]): number[] => episodes.map(({ actions }) => actions.length);

/** For each push what it and those after it earn, 1 + 0.99 + 0.99² + ..., as a share of the most that there can be. */
function returnsOf({ actions }: Episode): number[] {
  let later = 0;
  return actions
    .map(() => {
      later = 1 - DISCOUNT + DISCOUNT * later;
      return later;
    })
    .reverse();
}

/** Updates an agent from whole episodes, so many times in all: one compiled step each. */
function learner(agent: Agent, lr: number, updates: number): (episodes: readonly Episode[]) => void {
  const optimizer = optim.adam(lr)(agent.parameters());
  const schedule = optim.cosineAnnealingLR({ tMax: updates })(optimizer);
  const step = compile((states: Tensor, actions: Tensor, returns: Tensor, mask: Tensor) => {
    const mean = (x: Tensor) => x.mul(mask).sum().div(mask.sum());
    const rows = states.reshape(-1, 4);
    const surprise = returns.sub(agent.baseline.forward(rows).squeeze(1));
    const centred = surprise.sub(mean(surprise));
    const advantage = centred.div(mean(centred.square()).sqrt()).detach();
    const minusLogPolicy = nn.crossEntropy(agent.policy.forward(rows), actions, { reduction: "none" });
    const loss = mean(minusLogPolicy.mul(advantage)).add(mean(surprise.square()));
    optimizer.zeroGrad();
    loss.backward();
    optim.clipGradNorm(optimizer, 1);
    optimizer.step();
  });
  // Padded to the longest that there can be: batches of one shape, and so one program.
  const padded = <T extends State[] | Int32Array | number[]>(sequences: readonly T[]) =>
    padSequences(sequences, { length: LIMIT });
  return (episodes) => {
    const { data: states, mask } = padded(episodes.map((episode) => episode.states));
    const { data: actions } = padded(episodes.map((episode) => Int32Array.from(episode.actions)));
    const { data: returns } = padded(episodes.map(returnsOf));
    step(states, actions.ravel(), returns.ravel(), mask.ravel());
    schedule.step();
  };
}

/** A fresh agent; the seed decides its first weights and what it tries. */
export function newAgent(seed: number): Agent {
  random.seed(seed);
  return new Agent();
}

/** The push that the agent finds best. */
export const best = (agent: Agent): Choose =>
  compile<Choose>((states) => noGrad(() => argmax(agent.policy.forward(states), 1)));

/** A push by the agent's chances, drawn by the largest of logit + Gumbel noise, as Gumbel 1954 has it. */
const drawn = (agent: Agent): Choose =>
  compile<Choose>((states) =>
    noGrad(() => {
      const logits = agent.policy.forward(states);
      return argmax(logits.sub(random.uniform(logits.shape).log().neg().log()), 1);
    }),
  );

/** Trains a fresh agent; the return of each episode on the way. */
export function trainAgent({ updates, episodes, lr, seed }: Training) {
  const agent = newAgent(seed);
  const [choose, learn, worlds] = [drawn(agent), learner(agent, lr, updates), new Generator(seed)];
  const returns: number[] = [];
  for (let update = 0; update < updates; update++) {
    const played = play(beginnings(episodes, worlds), choose);
    learn(played);
    returns.push(...returnsIn(played));
  }
  return { agent, returns };
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** At each episode the mean return of the last hundred, or of as many as there were. */
const runningMean = (returns: readonly number[]): number[] =>
  returns.map((_, i) => meanOf(returns.slice(Math.max(0, i - 99), i + 1)));

/** How an agent does in a hundred episodes that it has not learned from. */
export const examine = (agent: Agent): number[] =>
  returnsIn(play(beginnings(100, new Generator(EXAM)), best(agent)));

export async function main(print: Print, out: string, options = defaults): Promise<void> {
  const runs = Array.from({ length: options.runs }, (_, i) => {
    const seed = options.seed + i;
    const begun = performance.now();
    const { agent, returns } = trainAgent({ ...options, seed });
    const seconds = (performance.now() - begun) / 1000;
    print(`Seed ${seed}: ${returns.length} episodes in ${seconds.toFixed(1)} s`);
    return { seed, agent, returns, means: runningMean(returns), exam: examine(agent) };
  });
  const rows = runs.map(({ seed, returns, means, exam }) => {
    const solved = means.findIndex((mean, i) => i >= 99 && mean >= SOLVED);
    const firstAndLast = [meanOf(returns.slice(0, 100)), means.at(-1)!].map((mean) => mean.toFixed(1));
    return [
      seed,
      ...firstAndLast,
      solved < 0 ? "never" : solved + 1,
      meanOf(exam).toFixed(1),
      Math.min(...exam),
    ];
  });
  print(`\nPushes that the pole stands, of at most ${LIMIT}\n`);
  print(table(["seed", "first 100", "last 100", `${SOLVED} after`, "100 new", "worst of them"], rows));
  print();

  const [{ seed, agent, returns }] = runs as [(typeof runs)[number]];
  const learning = plot(
    scatter(
      returns.map((_, i) => i + 1),
      returns,
      { label: `an episode, seed ${seed}`, radius: 1.5, color: "#94a3b8" },
    ),
    ...runs.map(({ means, seed }) => line(means, { label: `mean of 100, seed ${seed}` })),
    { title: "Cart-pole: the return by episode", xLabel: "episode", yLabel: "pushes", yDomain: [0, LIMIT] },
  );
  await show(learning, "cart-pole-returns", print, out);

  const first = beginnings(1, new Generator(EXAM));
  const angles = (agent: Agent) =>
    play(first, best(agent))[0]!.states.map(([, , angle]) => (angle * 180) / Math.PI);
  const balance = plot(
    line(angles(newAgent(seed)), { label: "before learning" }),
    line(angles(agent), { label: "after it" }),
    { title: "The pole's angle in an episode", xLabel: "push", yLabel: "degrees", yDomain: [-12, 12] },
  );
  await show(balance, "cart-pole-angle", print, out);
}

await runRecipe(import.meta.url, main, defaults);
