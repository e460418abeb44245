/** What the timed sections of one round cost. */
import type { Redis } from 'ioredis';

export interface Round {
  /** Connecting, warming up and creating messages are not part of it. */
  readonly ms: number;
  /** Of all threads of the implementation's process. */
  readonly clientCpuMs: number;
  /** Of the primary. */
  readonly serverCpuMs: number;
  /** Each batch, if batches are timed. */
  readonly batchesMs: readonly number[];
}

/** Runs a timed section. */
export type Timed = (section: () => Promise<unknown>) => Promise<void>;

/** @param work calls `timed` for each section; what it does outside of them counts only for the server */
export async function measured(server: Redis, work: (timed: Timed) => Promise<void>): Promise<Round> {
  const batchesMs: number[] = [];
  let clientCpuMs = 0;
  const serverBeforeMs = await serverCpuMs(server);
  await work(async (section) => {
    const beforeMs = processCpuMs();
    const startedMs = performance.now();
    await section();
    batchesMs.push(performance.now() - startedMs);
    clientCpuMs += processCpuMs() - beforeMs;
  });
  const serverMs = (await serverCpuMs(server)) - serverBeforeMs;
  return { ms: batchesMs.reduce((sum, each) => sum + each, 0), clientCpuMs, serverCpuMs: serverMs, batchesMs };
}

/** CPU time of a server since its start. */
export async function serverCpuMs(server: Redis): Promise<number> {
  const text = await server.info('cpu');
  const secondsOf = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)?.[1]);
  return (secondsOf('used_cpu_user') + secondsOf('used_cpu_sys')) * 1000;
}

/** CPU time of this process since its start, all threads. */
export function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
