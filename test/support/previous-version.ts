import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PreviousVersion, previousVersionFolder, unpackPreviousVersion } from '../../dev/faults/previous-version';

export { previousVersionFolder };

/** The unpacked packages, from before the first test of a file until after its last. */
export function usePreviousVersion(): () => PreviousVersion {
  const folder = mkdtempSync(join(tmpdir(), 'previous-version-'));
  let unpacked: PreviousVersion;
  beforeAll(() => void (unpacked = unpackPreviousVersion(folder)));
  afterAll(() => rmSync(folder, { recursive: true }));
  return () => unpacked;
}
