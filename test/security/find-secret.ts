/** Searches for a secret in texts, and in the arguments and environments of all processes. */
import { readdirSync, readFileSync } from 'node:fs';

/** Encodings of the token in a text: plain (JSON, HTML and URLs keep its first letters), base64, hex. */
function formsOf(token: string): string[] {
  const bytes = Buffer.from(token);
  // In a longer base64 text the token has one of three offsets; characters shared with its neighbours are cut off.
  const base64 = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(before === 0 ? 0 : 4, -4),
  );
  return [token, token.slice(0, 16), ...base64, bytes.toString('hex')];
}

/** Whether the text shows the token, in any form. */
export function shows(text: string, token: string): boolean {
  if (token.length < 16) throw new Error('a token of less than 16 characters may occur in a text by chance');
  return formsOf(token).some((form) => text.includes(form));
}

/** Fails, with the lines that show one of the tokens. Without any text it fails too: nothing was looked at. */
export function expectNoTrace(text: string, ...tokens: readonly string[]): void {
  expect(text.trim()).not.toBe('');
  expect(text.split('\n').filter((line) => tokens.some((token) => shows(line, token)))).toEqual([]);
}

/** A process that shows a token, by the end of its command line. */
export interface ShowingProcess {
  readonly in: 'arguments' | 'environment';
  readonly pid: number;
}

/** All processes of this machine that show one of the tokens; other users' environments cannot be read. */
export function processesThatShow(...tokens: readonly string[]): ShowingProcess[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) =>
    (
      [
        ['arguments', 'cmdline'],
        ['environment', 'environ'],
      ] as const
    ).flatMap(([where, file]) => {
      const text = readProcess(`/proc/${pid}/${file}`);
      return tokens.some((token) => shows(text, token)) ? [{ in: where, pid: Number(pid) }] : [];
    }),
  );
}

/** The file's text; empty if the process has ended or belongs to another user. */
function readProcess(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (['ENOENT', 'EACCES', 'EPERM', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}
