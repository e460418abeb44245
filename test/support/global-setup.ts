/** Before the first test file: a folder for all temporary files of the run, and a server of emulated accounts for tests that request one. */
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AwsEmulatorServer,
  emulatorServerVariable,
  startAwsEmulatorServer,
} from '../../dev/emulators/aws-emulator';
import { runFolderKey, type RunState } from './global-teardown';
import { PreparedAccounts } from './prepared-accounts';

export default function setup(): void {
  const folder = mkdtempSync(join(tmpdir(), 'model-events-tests-'));
  process.env['TMPDIR'] = folder;

  // Started by the first test that requests an account, because most single test files need none.
  let emulators: Promise<AwsEmulatorServer> | undefined;
  const starter = createServer((connection) => {
    emulators ??= startAwsEmulatorServer();
    emulators.then(
      ({ socket }) => connection.end(socket),
      (error: unknown) => connection.end(error instanceof Error ? error.message : String(error)),
    );
  });
  process.env[emulatorServerVariable] = join(folder, 'emulators.sock');
  starter.listen(process.env[emulatorServerVariable]);
  starter.unref();
  const prepared = new PreparedAccounts(folder);

  const state: RunState = {
    folder,
    stop: async () => {
      starter.close();
      await prepared.stop();
      await (await emulators?.catch(() => undefined))?.stop();
    },
  };
  Object.assign(globalThis, { [runFolderKey]: state });
}
