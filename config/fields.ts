/**
 * How one setting is read: the check, and the sentences for whoever wrote it wrongly. Fields collect problems instead of
 * throwing, so that one run shows all of them.
 */
import { escaped, isObject, shown } from '../contract/rules';

/** One setting that breaks a rule. */
export interface Problem {
  /** Where it stands, as in `subscriptions[1].queue`. */
  readonly path: string;
  readonly rule: string;
  /** What stands there, shortened and escaped; never a secret. */
  readonly value: string;
  /** What to do about it, a sentence. */
  readonly remedy: string;
}

/** Reads one setting. What it returns means something only where it added nothing to `found`. */
export type Field<Value> = (value: unknown, path: string, found: Problem[]) => Value;

/** The sentences about a field: its rule, what to do, and how to show a wrong value where it may hold a secret. */
export interface Saying {
  readonly rule: string;
  readonly remedy: string;
  /** @default the value, shortened and escaped */
  readonly show?: (text: string) => string;
}

/** A string that `pattern`, anchored at both ends, matches. */
export function text(pattern: RegExp, says: Saying): Field<string> {
  return (value, path, found) => {
    if (typeof value === 'string' && pattern.test(value)) return value;
    const show = says.show ?? shown;
    found.push({
      path,
      rule: says.rule,
      value: typeof value === 'string' ? show(value) : seen(value),
      remedy: says.remedy,
    });
    return '';
  };
}

/** A whole number between the two, both included. `unit` stands behind them, as in `seconds`. */
export function wholeNumber(minimum: number, maximum: number, unit = ''): Field<number> {
  return (value, path, found) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum) return value;
    found.push({
      path,
      rule: `a whole number from ${minimum} to ${maximum}${unit && ` (${unit})`}`,
      value: seen(value),
      remedy: 'Write such a number, without quotes.',
    });
    return minimum;
  };
}

/** One of the numbers that the service behind it knows. */
export function oneOf(numbers: readonly number[], unit: string): Field<number> {
  return (value, path, found) => {
    if (typeof value === 'number' && numbers.includes(value)) return value;
    found.push({
      path,
      rule: `a number of ${unit} that the service knows`,
      value: seen(value),
      remedy: `Choose one of ${numbers.join(', ')}.`,
    });
    return 0;
  };
}

/** A list with `atLeast` entries. */
export function listOf<Value>(each: Field<Value>, atLeast: number): Field<readonly Value[]> {
  return (value, path, found) => {
    if (Array.isArray(value) && value.length >= atLeast) {
      return value.map((entry, index) => each(entry, `${path}[${index}]`, found));
    }
    found.push({
      path,
      rule: `a list of at least ${atLeast}`,
      value: seen(value),
      remedy: `Write [ … ] with ${atLeast} or more entries.`,
    });
    return [];
  };
}

/** A setting that may be left out. */
export function optional<Value>(field: Field<Value>): Field<Value | undefined> {
  return (value, path, found) => (value === undefined ? undefined : field(value, path, found));
}

/** A setting that takes `fallback` where it is left out. */
export function withDefault<Value>(fallback: Value, field: Field<Value>): Field<Value> {
  return (value, path, found) => (value === undefined ? fallback : field(value, path, found));
}

/** The fields of a group of settings, by name; an optional property needs an `optional` field. */
export type FieldsOf<Group> = { readonly [Name in keyof Group]-?: Field<Group[Name]> };

/** A group of settings: each of `fields`, and nothing else. A group left out is read as an empty one. */
export function settings<Group extends object>(fields: FieldsOf<Group>): Field<Group> {
  const names = Object.keys(fields) as (keyof Group & string)[];
  return (value, path, found) => {
    const given = value === undefined ? {} : value;
    if (!isObject(given)) {
      found.push({
        path: path || 'the file',
        rule: 'a group of settings',
        value: seen(given),
        remedy: 'Write { "name": value, … }.',
      });
    }
    const group = isObject(given) ? given : {};
    const inside = (name: string): string => (path === '' ? name : `${path}.${name}`);
    for (const name of Object.keys(group)) {
      if (Object.hasOwn(fields, name)) continue;
      found.push({
        path: inside(escaped(name.slice(0, 60))),
        rule: 'a known setting',
        value: 'a name nothing reads',
        remedy: renamed(name, names),
      });
    }
    const entries = names.map(
      (name) =>
        [name, fields[name](Object.hasOwn(group, name) ? group[name] : undefined, inside(name), found)] as const,
    );
    return Object.fromEntries(entries.filter(([, entry]) => entry !== undefined)) as Group;
  };
}

function seen(value: unknown): string {
  return value === undefined ? 'nothing' : shown(value);
}

function renamed(name: string, known: readonly string[]): string {
  const [nearest] = known.map((other) => ({ other, apart: unlikeness(name, other) })).sort((a, b) => a.apart - b.apart);
  const hint =
    nearest === undefined || nearest.apart > 0.6 ? 'Remove it' : `Did you mean "${nearest.other}"? Rename or remove it`;
  return `${hint}; known here: ${known.join(', ')}.`;
}

/** 0 where two names differ in case at most, 1 where they have nothing in common. */
function unlikeness(from: string, to: string): number {
  return distance(from.toLowerCase(), to.toLowerCase()) / Math.max(from.length, to.length);
}

/** How many characters have to be added, taken away or changed between the two (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let at = 0; at < from.length; at++) {
    const next = [at + 1];
    for (let column = 1; column <= to.length; column++) {
      const changed = (row[column - 1] ?? 0) + (to[column - 1] === from[at] ? 0 : 1);
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
