import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../config/environment';
import type { Problem } from '../../config/fields';
import { ConfigurationError } from '../../config/configuration-error';
import { readEnvironment } from '../../config/read-environment';

/** The unchecked content of a configuration file. */
export type Written = Record<string, unknown>;

/** development.json, changed by `change`. */
export function development(change: (written: Record<string, Written>) => void = () => undefined): Written {
  const written = JSON.parse(readFileSync('config/development.json', 'utf8')) as Record<string, Written>;
  change(written);
  return written;
}

/** Changes one setting of a group. */
export const set = (group: string, name: string, value: unknown) => (written: Record<string, Written>) => {
  const settings = (written[group] ??= {});
  settings[name] = value;
};

/** Changes one setting at the top of the file. */
export const setTop = (name: string, value: unknown) => (written: Written) => {
  written[name] = value;
};

/** Reads `content` as `development.json` of a folder that holds nothing else. */
export function readWritten(content: Written | string): Environment {
  const folder = mkdtempSync(join(tmpdir(), 'model-events-config-'));
  try {
    writeFileSync(join(folder, 'development.json'), typeof content === 'string' ? content : JSON.stringify(content));
    return readEnvironment('development', folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The error of reading `content`. */
export function refused(content: Written | string): ConfigurationError {
  try {
    readWritten(content);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

/** The only problem that `change` causes. */
export function onlyProblem(change: (written: Record<string, Written>) => void): Problem {
  const { problems } = refused(development(change));
  const [first] = problems;
  if (first === undefined || problems.length > 1)
    throw new Error(`one problem wanted, got ${JSON.stringify(problems)}`);
  return first;
}
