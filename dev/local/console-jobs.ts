/** Background jobs: a job continues when its browser disconnects, and a second press finds the same job. */
import { isDone, type Plan } from '../../console/plan';
import type { Ask } from '../../contract/operations';
import { type ConsoleError, consoleErrorOf } from '../../console/console-error';
import { runPlan } from '../../console/run-plan';

export interface Job {
  readonly plan: Plan;
  readonly running: boolean;
  /** Why it stopped early. */
  readonly failure?: ConsoleError | undefined;
}

interface Entry {
  plan: Plan;
  running: boolean;
  failure: ConsoleError | undefined;
  ended: Promise<void>;
}

/** Maximum number of jobs kept in memory; the oldest finished jobs are removed first. */
const maximumJobs = 100;

export class ConsoleJobs {
  private readonly jobs = new Map<string, Entry>();
  private stopped = false;

  constructor(
    private readonly ask: Ask,
    /** Receives unexpected errors. */
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Starts or resumes a plan; resolves when it ends or after `waitMs`. */
  async start(plan: Plan, waitMs: number): Promise<Job> {
    const known = this.jobs.get(plan.nonce);
    const entry = known ?? { plan, running: false, failure: undefined, ended: Promise.resolve() };
    if (!entry.running && !isDone(entry.plan)) entry.ended = this.run(entry);
    if (known === undefined) this.remember(entry);
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([entry.ended, new Promise((resolve) => (timer = setTimeout(resolve, waitMs)))]);
    clearTimeout(timer);
    return entry;
  }

  find(nonce: string): Job | undefined {
    return this.jobs.get(nonce);
  }

  /** Stops each running job after its current page. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.jobs.values()].map(({ ended }) => ended));
  }

  private async run(entry: Entry): Promise<void> {
    entry.running = true;
    entry.failure = undefined;
    try {
      const onPage = (plan: Plan): void => void (entry.plan = plan);
      await runPlan(entry.plan, this.ask, () => !this.stopped, onPage);
    } catch (error) {
      entry.failure = consoleErrorOf(error);
      if (entry.failure === undefined) this.onError(error);
    } finally {
      entry.running = false;
    }
  }

  private remember(entry: Entry): void {
    for (const [nonce, { running }] of this.jobs) {
      if (this.jobs.size < maximumJobs) break;
      if (!running) this.jobs.delete(nonce);
    }
    this.jobs.set(entry.plan.nonce, entry);
  }
}
