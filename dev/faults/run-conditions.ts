/** The conditions that the figures depend on, in one line. */
import { execFileSync } from 'node:child_process';
import { availableParallelism, release, type as systemName } from 'node:os';

/** Day, machine, versions, seed and how long it took. @param seconds of the whole run */
export function runConditions({ seed, seconds }: { seed: number; seconds: number }): string {
  const text = execFileSync('redis-server', ['--version'], { encoding: 'utf8' });
  const [, engine = 'Redis', version = 'unknown'] = /^(\w+) server v=(\S+)/.exec(text) ?? [];
  return [
    new Date().toISOString().slice(0, 10),
    `${availableParallelism()} cores, ${systemName()} ${release().split('-')[0] ?? ''}`,
    `${engine} ${version}`,
    `Node ${process.versions.node}`,
    `seed ${seed}`,
    `${seconds.toFixed(0)} s`,
  ].join(' · ');
}
