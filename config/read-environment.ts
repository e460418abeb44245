import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { formatted, isObject } from '../contract/rules';
import { ConfigurationError } from './configuration-error';
import type { Environment } from './environment';
import { checkTogether } from './consistency';
import { environmentSchema } from './environment-rules';
import { problemsOf } from './fields';

/**
 * Reads `<name>.json` in `directory`.
 * @param name as given by `-c environment=…`; undefined if the caller gave none
 * @param option precedes an environment's name in the example of the error
 * @throws ConfigurationError naming the environments there are, or all that is wrong in the file
 */
export function readEnvironment(
  name: unknown,
  directory = __dirname,
  option = 'npx cdk synth -c environment=',
): Environment {
  const names = environmentNames(directory);
  const folder = relative(process.cwd(), directory) || '.';
  if (typeof name !== 'string' || !names.includes(name)) {
    const asked = name === undefined ? 'No environment given' : `Unknown environment ${formatted(name)}`;
    throw new ConfigurationError(
      `${asked}. Available in ${folder}: ${names.join(', ')}. Example: ${option}${names[0] ?? 'NAME'}`,
    );
  }
  const file = join(folder, `${name}.json`);
  const content = withGroups(parsed(join(directory, `${name}.json`), file));
  // Checks run even if a setting is wrong: the rules between the others are checked too.
  let read = content as Environment;
  const { error } = environmentSchema
    .superRefine((value) => void (read = value), { when: () => true })
    .safeParse(content);
  const found = problemsOf(error?.issues ?? []);

  if (isObject(content)) checkTogether(read, found);
  if (isObject(content) && read.environment !== name && !found.some(({ path }) => path === 'environment')) {
    const remedy = `Rename the file to ${read.environment}.json, or write "${name}".`;
    found.push({
      path: 'environment',
      rule: `"${name}", as the file is called`,
      value: formatted(read.environment),
      remedy,
    });
  }
  if (found.length > 0) {
    const lines = found.map(({ path, rule, value, remedy }) => `  ${path}: ${rule}; got ${value}. ${remedy}`);
    throw new ConfigurationError(
      `${file}: ${found.length} ${found.length === 1 ? 'setting' : 'settings'} to correct\n${lines.join('\n')}`,
      found,
    );
  }
  return read;
}

/**
 * The environments that have a file in `directory`, by name.
 * @throws ConfigurationError for a folder that cannot be read
 */
export function environmentNames(directory: string): string[] {
  const files = entriesOf(directory).filter((file) => file.endsWith('.json') && !file.endsWith('.schema.json'));
  return files.map((file) => file.slice(0, -'.json'.length)).sort();
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    throw new ConfigurationError(
      `The configuration's folder ${directory} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}). Give the folder that holds the environments' files.`,
    );
  }
}

/** Without `$schema`, which is for editors, and with the groups of required settings: each missing setting is an error. */
function withGroups(content: unknown): unknown {
  if (!isObject(content)) return content;
  const { $schema: _, ...settings } = content;
  return { vpc: {}, redis: {}, alarms: {}, ...settings };
}

function parsed(path: string, file: string): unknown {
  const source = readFileSync(path, 'utf8');
  try {
    return JSON.parse(source);
  } catch (error) {
    // Only the place: the parser's own message quotes the text, which may hold what should not be shown.
    const place =
      error instanceof Error ? (/ (?:\(line \d+ column \d+\)|at position \d+)/.exec(error.message)?.[0] ?? '') : '';
    throw new ConfigurationError(`${file}: not JSON${place}. \`npx prettier --check ${file}\` shows the line.`);
  }
}
