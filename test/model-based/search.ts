import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { consuming } from './steps/consuming';
import { consumingPlainly } from './steps/consuming-plainly';
import { operating } from './steps/operating';
import { publishing } from './steps/publishing';
import { maintenance } from './steps/maintenance';
import { type Step, Scenario } from './scenario';
import { formatText } from './texts';

/** How long and where to search. */
export interface SearchOptions {
  readonly seed: number;
  /** Maximum number of scenarios. @default no limit */
  readonly runs?: number;
  /** No new scenario starts after this time. */
  readonly seconds?: number;
  /** The scenario to repeat, from the text of a failure. */
  readonly path?: string;
  /** Maximum steps of a scenario. @default 80 */
  readonly steps?: number;
}

/** The result of a search. */
export interface Finding {
  readonly scenarios: number;
  readonly steps: number;
  /** The shortest scenario found that violates a guarantee, and how to repeat it; absent where none did. */
  readonly failure?: string;
}

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: publishing },
  { weight: 4, arbitrary: consuming },
  { weight: 2, arbitrary: consumingPlainly },
  { weight: 3, arbitrary: maintenance },
  { weight: 2, arbitrary: operating },
);

interface Broken {
  readonly plan: readonly Step[];
  readonly lines: readonly string[];
  readonly reason: string;
}

/**
 * Runs random scenarios until one violates a guarantee, then shortens it. Redis is emptied before each.
 * @param progress called after each scenario.
 */
export async function search(
  redis: Redis,
  monitor: Redis,
  { seed, runs = Number.MAX_SAFE_INTEGER, seconds, path, steps: longest = 80 }: SearchOptions,
  progress: (soFar: Finding) => void = () => undefined,
): Promise<Finding> {
  let scenarios = 0;
  let steps = 0;
  const found: Broken[] = [];

  const runPlan = async (plan: readonly Step[]): Promise<void> => {
    await redis.flushall();
    const scenario = new Scenario(redis, monitor);
    try {
      await scenario.run(plan);
    } catch (error) {
      found.push({ plan, lines: [...scenario.lines], reason: (error as Error).message });
      throw error;
    } finally {
      scenarios++;
      steps += scenario.lines.length;
      progress({ scenarios, steps });
    }
  };
  let running: Promise<unknown> = Promise.resolve();
  const property = fc.asyncProperty(fc.array(anyStep, { maxLength: longest, size: 'max' }), (plan) => {
    const outcome = runPlan(plan);
    running = outcome.catch(() => undefined);
    return outcome;
  });
  const result = await fc.check(property, {
    seed,
    numRuns: runs,
    ...(path === undefined ? {} : { path }),
    ...(seconds === undefined ? {} : { interruptAfterTimeLimit: seconds * 1000 }),
  });
  // fast-check does not wait for the running scenario at its time limit.
  await running;
  const last = found.at(-1);
  if (last === undefined) return { scenarios, steps };
  const { lines, reason } = await withoutNeedlessSteps(last, found, runPlan);
  const scenario = lines.map((line, index) => `${String(index + 1).padStart(4)}  ${line}`).join('\n');
  const again = `make test-model ARGS="--seed ${result.seed} --path ${result.counterexamplePath ?? result.numRuns}"`;
  const where = `Found in scenario ${result.numRuns}, then shortened. Repeat it with: ${again}`;
  return { scenarios, steps, failure: `${scenario}\n\n${readable(reason)}\n${where}` };
}

/** fast-check shortens a scenario from its start; this also removes single steps from its middle. */
async function withoutNeedlessSteps(
  shortest: Broken,
  found: readonly Broken[],
  runPlan: (plan: readonly Step[]) => Promise<void>,
): Promise<Broken> {
  for (let index = shortest.plan.length - 1; index >= 0; index--) {
    const passed = await runPlan(shortest.plan.toSpliced(index, 1)).then(
      () => true,
      () => false,
    );
    if (!passed) return withoutNeedlessSteps(found.at(-1) ?? shortest, found, runPlan);
  }
  return shortest;
}

/** Replaces the messages in a comparison by their names. */
function readable(reason: string): string {
  return reason.replace(/'(\{"event_type":.*?\})'(?=[,\n:]|$)/gm, (_, text: string) => formatText(text));
}
