import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { consuming } from './steps/consuming';
import { consumingPlainly } from './steps/consuming-plainly';
import { operating } from './steps/operating';
import { publishing } from './steps/publishing';
import { maintenance } from './steps/maintenance';
import { type Step, Scenario } from './scenario';
import { shown } from './texts';

/** How long and where to search. */
export interface SearchOptions {
  readonly seed: number;
  /** Scenarios at most. @default without limit, where there is `seconds` */
  readonly runs?: number;
  /** No new scenario after this long. */
  readonly seconds?: number;
  /** Which scenario, as a failure named it. */
  readonly path?: string;
  /** Steps of a scenario at most. @default 80 */
  readonly steps?: number;
}

/** What a search found. */
export interface Finding {
  readonly scenarios: number;
  readonly steps: number;
  /** The shortest scenario found that breaks a promise, and how to see it again; absent where none did. */
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
 * Tells random scenarios until one breaks a promise, then shortens it. Redis is emptied before each.
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

  const tell = async (plan: readonly Step[]): Promise<void> => {
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
  let telling: Promise<unknown> = Promise.resolve();
  const property = fc.asyncProperty(fc.array(anyStep, { maxLength: longest, size: 'max' }), (plan) => {
    const told = tell(plan);
    telling = told.catch(() => undefined);
    return told;
  });
  const result = await fc.check(property, {
    seed,
    numRuns: runs,
    ...(path === undefined ? {} : { path }),
    ...(seconds === undefined ? {} : { interruptAfterTimeLimit: seconds * 1000 }),
  });
  // The time limit does not wait for the scenario that is being told.
  await telling;
  const last = found.at(-1);
  if (last === undefined) return { scenarios, steps };
  const { lines, reason } = await withoutNeedlessSteps(last, found, tell);
  const told = lines.map((line, index) => `${String(index + 1).padStart(4)}  ${line}`).join('\n');
  const again = `make test-model ARGS="--seed ${result.seed} --path ${result.counterexamplePath ?? result.numRuns}"`;
  const where = `Found in scenario ${result.numRuns}, then shortened. The same again: ${again}`;
  return { scenarios, steps, failure: `${told}\n\n${readable(reason)}\n${where}` };
}

/** fast-check shortens a scenario from its beginning; this takes single steps out of its middle, too. */
async function withoutNeedlessSteps(
  shortest: Broken,
  found: readonly Broken[],
  tell: (plan: readonly Step[]) => Promise<void>,
): Promise<Broken> {
  for (let index = shortest.plan.length - 1; index >= 0; index--) {
    const kept = await tell(shortest.plan.toSpliced(index, 1)).then(
      () => true,
      () => false,
    );
    if (!kept) return withoutNeedlessSteps(found.at(-1) ?? shortest, found, tell);
  }
  return shortest;
}

/** Messages in a comparison by their names. */
function readable(reason: string): string {
  return reason.replace(/'(\{"event_type":.*?\})'(?=[,\n:]|$)/gm, (_, text: string) => shown(text));
}
