/**
 * The rules of fields. One rule defines the check, its description, the JSON Schema and the TypeScript type, so that they
 * cannot differ.
 */
import { escapeOf, escapeInvisible } from './invisible-characters';

/** A JSON Schema (2020-12) fragment. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A violated rule: the field, the rule's description, and the value (shortened and escaped). */
export interface Violation {
  /** Path from the top of the checked object, as in `performance_data.current_value`. */
  readonly field: string;
  readonly rule: string;
  readonly value: string;
}

/** A rule for one field; `Value` is the type of what it accepts. */
export interface Rule<Value, Required extends boolean = boolean> {
  readonly required: Required;
  readonly schema: JsonSchema;
  /** Adds a violation for each rule that the value at `field` breaks. */
  check(value: unknown, field: string, found: Violation[]): void;
  /** Never set: carries the type. */
  readonly accepts?: Value;
}

/** Rules by field name. */
export type Rules = Readonly<Record<string, Rule<unknown>>>;

type RequiredNames<R extends Rules> = { [Name in keyof R]: R[Name]['required'] extends true ? Name : never }[keyof R];
type Accepted<T> = T extends Rule<infer Value> ? Value : never;

/** The type of an object that satisfies the rules. */
export type Keeping<R extends Rules> = {
  readonly [Name in RequiredNames<R>]: Accepted<R[Name]>;
} & {
  readonly [Name in Exclude<keyof R, RequiredNames<R>>]?: Accepted<R[Name]>;
};

function rule<Value>(schema: JsonSchema, description: string, holds: (value: unknown) => boolean): Rule<Value, true> {
  return {
    required: true,
    schema,
    check: (value, field, found) => {
      if (!holds(value)) found.push({ field, rule: description, value: formatted(value) });
    },
  };
}

/** A string of `minimum` to `maximum` characters (Unicode code points, as JSON Schema counts). */
export function text(minimum: number, maximum: number): Rule<string, true> {
  const description = `a string of ${minimum} to ${maximum} characters`;
  return rule({ type: 'string', minLength: minimum, maxLength: maximum }, description, (value) => {
    if (typeof value !== 'string') return false;
    // UTF-16 units are at least as many as code points: only a long string has to be counted.
    const length = value.length <= maximum ? value.length : codePoints(value, maximum);
    return length >= minimum && length <= maximum;
  });
}

function codePoints(value: string, atMost = Infinity): number {
  let count = 0;
  for (const _ of value) if (++count > atMost) break;
  return count;
}

/** A string that matches `pattern`, which must be anchored at both ends. */
export function matching(pattern: RegExp, description: string): Rule<string, true> {
  return rule(
    { type: 'string', pattern: pattern.source },
    description,
    (value) => typeof value === 'string' && pattern.test(value),
  );
}

/** Any string. */
export const anyText: Rule<string, true> = rule({ type: 'string' }, 'a string', (value) => typeof value === 'string');

/** A string of at least one character. */
export const nonEmptyText: Rule<string, true> = rule(
  { type: 'string', minLength: 1 },
  'a non-empty string',
  (value) => typeof value === 'string' && value !== '',
);

/** A number that a double can hold without becoming infinite. */
export const finiteNumber: Rule<number, true> = rule({ type: 'number' }, 'a finite number', (value) =>
  Number.isFinite(value),
);

/** `true` or `false`. */
export const flag: Rule<boolean, true> = rule(
  { type: 'boolean' },
  'true or false',
  (value) => typeof value === 'boolean',
);

/** A whole number from 0. */
export const count: Rule<number, true> = rule({ type: 'integer', minimum: 0 }, 'a whole number from 0', isCount);

/** Exactly this string. */
export function exactly<Value extends string>(expected: Value): Rule<Value, true> {
  return rule({ const: expected }, `exactly "${expected}"`, (value) => value === expected);
}

/** One of these strings. */
export function oneOf<Value extends string>(...expected: readonly Value[]): Rule<Value, true> {
  return rule({ enum: expected }, `one of ${expected.join(', ')}`, (value) =>
    (expected as readonly unknown[]).includes(value),
  );
}

/** An object whose known fields satisfy the rules; other fields are allowed. They are not in the type, so that it finds misspelt names. */
export function object<R extends Rules>(rules: R): Rule<Keeping<R>, true> {
  return {
    required: true,
    schema: schemaOf(rules),
    check: (value, field, found) => {
      if (!isObject(value)) {
        found.push({ field, rule: 'an object', value: formatted(value) });
        return;
      }
      check(rules, value, found, field === '' ? '' : `${field}.`);
    },
  };
}

/** An object whose values all satisfy one rule. */
export function mapOf<Value>(each: Rule<Value>): Rule<Readonly<Record<string, Value>>, true> {
  return {
    required: true,
    schema: { type: 'object', additionalProperties: each.schema },
    check: (value, field, found) => {
      if (!isObject(value)) {
        found.push({ field, rule: 'an object', value: formatted(value) });
        return;
      }
      for (const [name, entry] of Object.entries(value))
        each.check(entry, `${field}.${escaped(name.slice(0, 64))}`, found);
    },
  };
}

/** An array whose values all satisfy one rule. */
export function listOf<Value>(each: Rule<Value>): Rule<readonly Value[], true> {
  return {
    required: true,
    schema: { type: 'array', items: each.schema },
    check: (value, field, found) => {
      if (!Array.isArray(value)) {
        found.push({ field, rule: 'an array', value: formatted(value) });
        return;
      }
      for (const [at, entry] of value.entries()) each.check(entry, `${field}[${at}]`, found);
    },
  };
}

/** A field that may be absent. */
export function optional<Value>(inner: Rule<Value>): Rule<Value, false> {
  return { required: false, schema: inner.schema, check: (value, field, found) => inner.check(value, field, found) };
}

/** Checks every rule in one pass and adds the violations to `found`; `prefix` precedes each field's name. */
export function check(rules: Rules, value: Readonly<Record<string, unknown>>, found: Violation[], prefix = ''): void {
  for (const name in rules) {
    const field = rules[name];
    if (field === undefined) continue;
    // No rule has the name of an inherited property, so `undefined` means that the field is missing.
    const entry = value[name];
    if (entry !== undefined) field.check(entry, prefix + name, found);
    else if (field.required) found.push({ field: prefix + name, rule: 'required', value: 'nothing' });
  }
}

/** The JSON Schema of an object that satisfies the rules. */
export function schemaOf(rules: Rules): JsonSchema {
  const entries = Object.entries(rules);
  const required = entries.filter(([, field]) => field.required).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, field]) => [name, field.schema])),
    ...(required.length > 0 ? { required } : {}),
  };
}

/** True for a whole number from 0. */
export function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

/** True for a JSON object: not an array, not null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const longestFormatted = 60;
const formattedStart = new RegExp(`^.{${longestFormatted}}`, 'su');

/** A value for an error message: shortened, on one line, with control characters and markup escaped. */
export function formatted(value: unknown): string {
  if (typeof value === 'string') {
    const length = codePoints(value);
    if (length <= longestFormatted) return `"${escaped(value)}"`;
    return `"${escaped(formattedStart.exec(value)?.[0] ?? '')}…" (${length} characters)`;
  }
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (isObject(value)) return 'an object';
  return String(value);
}

const quotesAndBrackets = /["\\<>]/g;

/** Control characters, quotes, angle brackets, invisible and direction-changing characters as `\uXXXX`. */
export function escaped(value: string): string {
  return escapeInvisible(value.replace(quotesAndBrackets, escapeOf));
}

/**
 * A value as JSON for a log or a terminal: invisible characters are escaped as `\uXXXX`.
 * @param indent spaces for each level; none: all on one line.
 */
export function jsonText(value: unknown, indent = 0): string {
  return escapeInvisible(JSON.stringify(value, null, indent), '\n');
}

/** Violations as one sentence for a log or a dead letter: `baseline_value: a finite number, got "high"; …`. */
export function sentenceOf(violations: readonly Violation[], most = 20): string {
  const sentences = violations.slice(0, most).map((each) => `${each.field}: ${each.rule}, got ${each.value}`);
  const rest = violations.length - sentences.length;
  return sentences.join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}
