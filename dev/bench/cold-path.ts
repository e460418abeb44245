/** Measures an event's way into Redis if the function has not run for an hour. */
import { RedisProxy } from '../faults/redis-proxy';
import { publisherBundle } from '../local/pipeline';
import { publisherEnvironment } from '../local/publisher-environment';
import type { LocalRedis } from '../local/redis-server';
import { CpuShare } from './cpu-share';
import { type Invocation, LambdaProcess } from './lambda-process';
import { sqsRecord } from './messages';
import { quantile, type Spread, spreadOf } from './statistics';

/** The share of a core that Lambda gives 512 MB: a whole one is 1,769 MB. */
export const shareOfCore = 0.3;
const hourMs = 3_600_000;

const idleConnections = {
  'idle for an hour, connection open': () => undefined,
  'idle for an hour, connection closed': (proxy: RedisProxy) => proxy.cut(),
  'idle for an hour, connection lost silently': (proxy: RedisProxy) => proxy.halfOpen(),
} as const;

const first = 'first event of a new process';

/** The handler's part of one event. Milliseconds; medians. */
export interface ColdPathStep {
  readonly event: string;
  /** With a whole core. */
  readonly fullCoreMs: number;
  /** CPU time of all threads, with a whole core. */
  readonly cpuMs: number;
  /** With {@link shareOfCore}; undefined if this machine cannot limit a process. */
  readonly share: Spread | undefined;
}

export interface ColdPath {
  /** From the start of the process until the handler can be called. Lambda gives it a whole core. */
  readonly initMs: number;
  readonly steps: readonly ColdPathStep[];
}

export async function measureColdPath(
  redis: LocalRedis,
  secretsUrl: string,
  rounds: number,
  onRound: (done: number) => void,
): Promise<ColdPath> {
  const proxy = await RedisProxy.start(() => redis.port);
  const share = CpuShare.create(shareOfCore);
  const variables = publisherEnvironment({ ...redis, port: proxy.port }, { url: secretsUrl });
  const initMs: number[] = [];
  const taken = new Map<string, { full: Invocation[]; limited: Invocation[] }>();
  const add = (event: string, limited: boolean, invocation: Invocation): void => {
    const of = taken.get(event) ?? { full: [], limited: [] };
    taken.set(event, of);
    of[limited ? 'limited' : 'full'].push(invocation);
  };
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const [event, affect] of Object.entries(idleConnections)) {
        for (const limited of share === undefined ? [false] : [false, true]) {
          const startedMs = performance.now();
          const lambda = await LambdaProcess.start(publisherBundle, variables);
          const readyMs = performance.now() - startedMs;
          if (limited) share?.limit(lambda.pid);
          const firstInvocation = await lambda.invoke([sqsRecord()]);
          // The process learns of what happened to its connection only when it runs again.
          lambda.freeze();
          affect(proxy);
          lambda.thaw();
          const afterHour = await lambda.invoke([sqsRecord()], hourMs);
          await lambda.stop();
          // The first start also reads the files from disk.
          if (round === 0) continue;
          initMs.push(readyMs);
          add(first, limited, firstInvocation);
          add(event, limited, afterHour);
        }
      }
      onRound(round);
    }
  } finally {
    proxy.stop();
    share?.remove();
  }
  const timesOf = (invocations: readonly Invocation[], of: keyof Invocation): number[] =>
    invocations.map((each) => each[of]);
  return {
    initMs: quantile(initMs, 0.5),
    steps: [...taken].map(([event, { full, limited }]) => ({
      event,
      fullCoreMs: quantile(timesOf(full, 'ms'), 0.5),
      cpuMs: quantile(timesOf(full, 'cpuMs'), 0.5),
      share: share === undefined ? undefined : spreadOf(timesOf(limited, 'ms')),
    })),
  };
}
