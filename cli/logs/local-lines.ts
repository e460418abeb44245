/** The lines about a message in the log of the `make local` that runs on this machine. */
import { readFile } from 'node:fs/promises';
import { isInStory } from '../../contract/message-story';
import { CommandError } from '../command';
import { findLocalPipeline } from '../local-pipeline';
import type { LogLines, LogSearch } from './log-lines';
import { readLine } from './story';

/** @throws CommandError if `make local` does not run, or its functions have written nothing yet */
export async function localLines(
  { id, sinceMs }: LogSearch,
  environment: Readonly<NodeJS.ProcessEnv>,
): Promise<LogLines> {
  const { logFile } = await findLocalPipeline(environment);
  const text = await readFile(logFile, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new CommandError(`${logFile} not found: the functions of make local have written no line yet`);
  });
  const lines = text.split('\n').filter((each) => {
    const line = readLine(each);
    return isInStory(line, id, each) && Date.parse(String(line['timestamp'])) >= sinceMs;
  });
  return { lines, isTruncated: false, searched: [logFile] };
}
