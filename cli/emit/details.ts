/** Where the texts of `emit` come from: options, a file, standard input. */
import { readFileSync } from 'node:fs';
import { isJson } from '../../contract/exact-json';
import { type CommandOption, type Invocation, UsageError } from '../command';

/** One text, and where it stands: `line 3 of registrations.jsonl`. */
export interface Detail {
  readonly text: string;
  readonly place: string;
}

type Kind = 'text' | 'json';

const field = (kind: Kind, placeholder: string, help: string) => ({ kind, placeholder, help });

/** The fields that have an option, by the option's name: the field's name with dashes. */
const fields = {
  'model-id': field('text', 'ID', 'model_id'),
  'token-symbol': field('text', 'SYMBOL', 'token_symbol'),
  'metric-name': field('text', 'NAME', 'metric_name'),
  'baseline-value': field('json', 'NUMBER', 'baseline_value, every digit as it is typed'),
  'performance-data': field('json', 'JSON', 'performance_data, as in \'{"current_value":0.9}\''),
  'baseline-validated': field('json', 'true|false', 'baseline_validated; true'),
  'event-id': field('text', 'ID', 'event_id; made from the other fields'),
  'correlation-id': field('text', 'ID', 'correlation_id'),
  'model-name': field('text', 'NAME', 'model_name'),
  'model-version': field('text', 'VERSION', 'model_version'),
  'mlflow-run-id': field('text', 'ID', 'mlflow_run_id'),
  'experiment-name': field('text', 'NAME', 'experiment_name'),
  'contributor-address': field('text', '0x…', 'contributor_address'),
  tags: field('json', 'JSON', 'tags'),
} as const;

export const detailOptions: Readonly<Record<string, CommandOption>> = {
  file: {
    type: 'string',
    placeholder: 'FILE',
    help: 'a file with one detail, or one on each line; - is standard input',
  },
  ...Object.fromEntries(
    Object.entries(fields).map(([name, { placeholder, help }]) => [name, { type: 'string', placeholder, help }]),
  ),
};

/** @throws UsageError for a file that cannot be read, or options that do not fit together */
export function detailsOf(invocation: Invocation): readonly Detail[] {
  const given = Object.keys(fields).filter((name) => invocation.text(name) !== undefined);
  const file = invocation.text('file');
  if (file === undefined) {
    if (given.length === 0) {
      throw new UsageError('what is to be emitted? Say --model-id and the other fields, or --file FILE');
    }
    return [{ text: composed(invocation), place: 'the options' }];
  }
  if (given.length > 0) {
    throw new UsageError(`--file has whole registrations: leave ${given.map((name) => `--${name}`).join(', ')} out`);
  }
  const place = file === '-' ? 'standard input' : file;
  const details = split(contentsOf(file, place), place);
  if (details.length === 0) throw new UsageError(`${place} has no registration in it`);
  return details;
}

function composed(invocation: Invocation): string {
  const members = Object.entries(fields).flatMap(([name, { kind }]) => {
    const value = invocation.text(name) ?? (name === 'baseline-validated' ? 'true' : undefined);
    if (value === undefined) return [];
    if (kind === 'json' && !isJson(value)) {
      throw new UsageError(`--${name} must be JSON, as it stands in an event; it is none`);
    }
    // JSON stands as it was typed, so that each digit does.
    return [`"${name.replaceAll('-', '_')}":${kind === 'json' ? value.trim() : JSON.stringify(value)}`];
  });
  return `{${members.join(',')}}`;
}

function contentsOf(file: string, place: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw new UsageError(`${place} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${place} is no UTF-8 text`);
  }
}

/** A text that is JSON as a whole is one detail, over however many lines; else each line is one. */
function split(text: string, place: string): Detail[] {
  if (text.trim() === '') return [];
  if (isJson(text)) return [{ text: text.trim(), place }];
  return text.split('\n').flatMap((line, index) => {
    const trimmed = line.trim();
    return trimmed === '' ? [] : [{ text: trimmed, place: `line ${index + 1} of ${place}` }];
  });
}
