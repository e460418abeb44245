/** The conditions that the figures depend on, in one line. */
import { execFileSync } from 'node:child_process';
import { availableParallelism, release, type as systemName } from 'node:os';
import { findServer } from '../local/redis-server';

/** Day, machine, versions, seed and, if given, how long it took. @param seconds of the whole run */
export function runConditions({ seed, seconds }: { seed: number; seconds?: number }): string {
  return [conditions(), `seed ${seed}`, ...(seconds === undefined ? [] : [`${seconds.toFixed(0)} s`])].join(' · ');
}

/** Day, machine and versions. */
export function conditions(): string {
  const text = execFileSync(findServer(), ['--version'], { encoding: 'utf8' });
  return [
    new Date().toISOString().slice(0, 10),
    machine(),
    serverVersion(text) ?? 'Redis of unknown version',
    `Node ${process.versions.node}`,
  ].join(' · ');
}

export function machine(): string {
  return `${availableParallelism()} cores, ${systemName()} ${release().split('-')[0] ?? ''}`;
}

/** Such as `Valkey 8.0.1`. @param output what the server prints for `--version` */
export function serverVersion(output: string): string | undefined {
  const [, engine, version] = /^(\w+) server v=(\S+)/.exec(output) ?? [];
  return engine === undefined || version === undefined ? undefined : `${engine} ${version}`;
}
