/** The log of the local functions, for `model-events logs --local`. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { localLogFile } from '../../contract/local-pipeline';
import type { Pipeline } from './pipeline';

/** From now on keeps the publisher's lines, without its metrics, in a file in Redis' folder; returns the file's path. */
export function keepLog({ publisher, redis }: Pick<Pipeline, 'publisher' | 'redis'>): string {
  const file = join(redis.folder, localLogFile);
  publisher.onLog((line) => {
    if (!line.includes('"_aws"')) appendFileSync(file, `${line}\n`);
  });
  return file;
}
