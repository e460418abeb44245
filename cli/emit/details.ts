/** The input of `emit`: options, a file or standard input. */
import { readFileSync } from 'node:fs';
import { modelRegisteredRules } from '../../contract/event';
import { isJson } from '../../contract/exact-json';
import { type CommandOption, type Invocation, UsageError } from '../command';

/** The text of one `detail` and its location, as in `line 3 of registrations.jsonl`. */
export interface Detail {
  readonly text: string;
  readonly place: string;
}

/** `text` is quoted; `json` goes out as it was typed, so that every digit is kept. */
type Kind = 'text' | 'json';

const placeholders: Readonly<Record<string, string>> = { string: 'TEXT', number: 'NUMBER', boolean: 'true|false' };

/** Additions to the help text of a field. */
const notes: Readonly<Record<string, string>> = {
  baseline_value: '; every digit is sent as typed',
  performance_data: ', as in \'{"current_value":0.9}\'',
  baseline_validated: '; default true',
  event_id: '; by default derived from the other fields',
};

/** The fields of a registration by the option's name: the field's name with dashes. */
const fields = new Map(
  Object.entries(modelRegisteredRules).map(([field, { schema }]) => {
    const type = String(schema['type']);
    const kind: Kind = type === 'string' ? 'text' : 'json';
    return [field.replaceAll('_', '-'), { field, kind, placeholder: placeholders[type] ?? 'JSON' }];
  }),
);

export const detailOptions: Readonly<Record<string, CommandOption>> = {
  file: {
    type: 'string',
    placeholder: 'FILE',
    help: 'file with one JSON detail, or one on each line; - reads standard input',
  },
  ...Object.fromEntries(
    [...fields].map(([name, { field, placeholder }]) => [
      name,
      { type: 'string', placeholder, help: `${field}${notes[field] ?? ''}` },
    ]),
  ),
};

/** @throws UsageError for a file that cannot be read, or options that do not fit together */
export function detailsOf(invocation: Invocation): readonly Detail[] {
  const fieldOptions = [...fields.keys()].filter((name) => invocation.text(name) !== undefined);
  const file = invocation.text('file');
  if (file === undefined) {
    if (fieldOptions.length === 0)
      throw new UsageError('No event given. Use --model-id and the other fields, or --file FILE');
    return [{ text: composed(invocation), place: 'the options' }];
  }
  if (fieldOptions.length > 0) {
    const names = fieldOptions.map((name) => `--${name}`).join(', ');
    throw new UsageError(`--file cannot be combined with ${names}: a file holds complete registrations`);
  }
  const place = file === '-' ? 'standard input' : file;
  const details = split(contentsOf(file, place), place);
  if (details.length === 0) throw new UsageError(`${place} contains no registration`);
  return details;
}

function composed(invocation: Invocation): string {
  const members = [...fields].flatMap(([name, { field, kind }]) => {
    const value = invocation.text(name) ?? (field === 'baseline_validated' ? 'true' : undefined);
    if (value === undefined) return [];
    if (kind === 'json' && !isJson(value)) throw new UsageError(`--${name} must be valid JSON`);
    return [`"${field}":${kind === 'json' ? value.trim() : JSON.stringify(value)}`];
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
    throw new UsageError(`${place} is not valid UTF-8`);
  }
}

/** A file that is one JSON document is one detail; otherwise each line is one. */
function split(text: string, place: string): Detail[] {
  if (text.trim() === '') return [];
  if (isJson(text)) return [{ text: text.trim(), place }];
  return text.split('\n').flatMap((line, index) => {
    const trimmed = line.trim();
    return trimmed === '' ? [] : [{ text: trimmed, place: `line ${index + 1} of ${place}` }];
  });
}
