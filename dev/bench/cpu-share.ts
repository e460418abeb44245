/** Limits processes to a share of a core with cgroups, as Lambda does after the initialization. */
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Lambda's period. A process that has used its share waits for the next one. */
const periodMicroseconds = 20_000;

/** Version 1 of cgroups has the controller in a folder of its own. */
const root = ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup'].find(existsSync) ?? '';
const isVersion1 = root.endsWith('/cpu');

export class CpuShare {
  private constructor(private readonly folder: string) {}

  /** @returns undefined if this machine does not allow it: it needs Linux and root */
  static create(share: number): CpuShare | undefined {
    const folder = join(root, `model-events-bench-${process.pid}`);
    const quota = Math.round(share * periodMicroseconds);
    try {
      mkdirSync(folder);
      if (isVersion1) {
        writeFileSync(join(folder, 'cpu.cfs_period_us'), String(periodMicroseconds));
        writeFileSync(join(folder, 'cpu.cfs_quota_us'), String(quota));
      } else {
        writeFileSync(join(folder, 'cpu.max'), `${quota} ${periodMicroseconds}`);
      }
      return new CpuShare(folder);
    } catch {
      return undefined;
    }
  }

  /** Applies from now on to all threads of the process. */
  limit(pid: number): void {
    writeFileSync(join(this.folder, 'cgroup.procs'), String(pid));
  }

  /** After the last process in it has ended. */
  remove(): void {
    rmdirSync(this.folder);
  }
}
