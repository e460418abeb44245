/** After the last test file: reports and removes files that tests left in the run's folder. */
import { readdirSync, rmSync } from 'node:fs';

export const runFolderKey = Symbol.for('model-events test run');

export interface RunState {
  readonly folder: string;
  readonly stop: () => Promise<void>;
}

export default async function teardown(): Promise<void> {
  const { folder, stop } = (globalThis as Record<symbol, unknown>)[runFolderKey] as RunState;
  await stop();
  // Caches of tsx and Node, and files that several test files use until the end.
  const left = readdirSync(folder).filter((name) => !/^(?:tsx-|node-compile-cache$|prepared-)/.test(name));
  rmSync(folder, { recursive: true, force: true });
  if (left.length > 0) process.stderr.write(`Tests left temporary files: ${left.join(', ')}\n`);
}
