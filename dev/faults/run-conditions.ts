/** The conditions that the figures depend on, in one line. */
import { execFileSync } from 'node:child_process';
import { availableParallelism, release, type as systemName } from 'node:os';

/** Day, machine, versions, seed and how long it took. @param seconds of the whole run */
export function runConditions({ seed, seconds }: { seed: number; seconds: number }): string {
  const redis = execFileSync('redis-server', ['--version'], { encoding: 'utf8' });
  return [
    new Date().toISOString().slice(0, 10),
    `${availableParallelism()} cores, ${systemName()} ${release().split('-')[0] ?? ''}`,
    `Redis ${/v=(\S+)/.exec(redis)?.[1] ?? 'unknown'}`,
    `Node ${process.versions.node}`,
    `seed ${seed}`,
    `${seconds.toFixed(0)} s`,
  ].join(' · ');
}
