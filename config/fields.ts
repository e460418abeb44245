/**
 * How one setting is read: the check, the sentences for whoever wrote it wrongly, and the JSON Schema for the editor in
 * which it is written. Fields collect problems instead of throwing, so that one run shows all of them.
 */
import { type JsonSchema, shown } from '../contract/rules';

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
export interface Field<Value> {
  (value: unknown, path: string, found: Problem[]): Value;
  readonly schema: JsonSchema;
  /** True where a file may leave it out. */
  readonly omissible: boolean;
}

/** The sentences about a field: its rule, what to do, and how to show a wrong value where it may hold a secret. */
export interface Saying {
  readonly rule: string;
  /** A function gets the wrong text, or an empty one where it is none. */
  readonly remedy: string | ((text: string) => string);
  /** @default the value, shortened and escaped */
  readonly show?: (text: string) => string;
}

/** Makes a field of its check and its schema. */
export function field<Value>(
  schema: JsonSchema,
  read: (value: unknown, path: string, found: Problem[]) => Value,
  omissible = false,
): Field<Value> {
  return Object.assign(read, { schema, omissible });
}

/** A string that `pattern`, anchored at both ends and without flags, matches. */
export function text(pattern: RegExp, says: Saying): Field<string> {
  return field({ type: 'string', pattern: pattern.source, description: says.rule }, (value, path, found) => {
    if (typeof value === 'string' && pattern.test(value)) return value;
    const show = says.show ?? shown;
    const given = typeof value === 'string' ? value : '';
    found.push({
      path,
      rule: says.rule,
      value: typeof value === 'string' ? show(value) : seen(value),
      remedy: typeof says.remedy === 'string' ? says.remedy : says.remedy(given),
    });
    return '';
  });
}

/** A whole number between the two, both included. `unit` stands behind them, as in `seconds`. */
export function wholeNumber(minimum: number, maximum: number, unit = ''): Field<number> {
  const rule = `a whole number from ${minimum} to ${maximum}${unit && ` (${unit})`}`;
  return field({ type: 'integer', minimum, maximum, description: rule }, (value, path, found) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum) return value;
    found.push({ path, rule, value: seen(value), remedy: 'Write such a number, without quotes.' });
    return minimum;
  });
}

/** `true` or `false`. */
export const flag: Field<boolean> = field({ type: 'boolean' }, (value, path, found) => {
  if (typeof value === 'boolean') return value;
  found.push({ path, rule: 'true or false', value: seen(value), remedy: 'Write one of the two, without quotes.' });
  return false;
});

/** One of `values`, which are at least one; `rule` says what they are. */
export function oneOf<Value extends string | number>(values: readonly Value[], rule: string): Field<Value> {
  return field({ enum: values, description: rule }, (value, path, found) => {
    if ((values as readonly unknown[]).includes(value)) return value as Value;
    const written = values.map((each) => (typeof each === 'string' ? `"${each}"` : String(each))).join(', ');
    found.push({
      path,
      rule,
      value: seen(value),
      remedy: values.length === 1 ? `Write ${written}.` : `Choose one of ${written}.`,
    });
    return values[0] as Value;
  });
}

/** A list with `atLeast` entries. */
export function listOf<Value>(each: Field<Value>, atLeast: number): Field<readonly Value[]> {
  return field({ type: 'array', items: each.schema, minItems: atLeast }, (value, path, found) => {
    if (Array.isArray(value) && value.length >= atLeast) {
      return value.map((entry, index) => each(entry, `${path}[${index}]`, found));
    }
    found.push({
      path,
      rule: atLeast === 0 ? 'a list' : `a list of at least ${atLeast}`,
      value: seen(value),
      remedy: atLeast === 0 ? 'Write [ … ].' : `Write [ … ] with ${atLeast} or more entries.`,
    });
    return [];
  });
}

/** A setting that may be left out. */
export function optional<Value>(inner: Field<Value>): Field<Value | undefined> {
  return field(
    inner.schema,
    (value, path, found) => (value === undefined ? undefined : inner(value, path, found)),
    true,
  );
}

/** A setting that takes `fallback` where it is left out. */
export function withDefault<Value>(fallback: Value, inner: Field<Value>): Field<Value> {
  return field(
    { ...inner.schema, default: fallback },
    (value, path, found) => (value === undefined ? fallback : inner(value, path, found)),
    true,
  );
}

/** A field with one more rule, which is asked where its own ones hold; `second` answers with what is broken. */
export function also<Value>(
  inner: Field<Value>,
  second: (value: Value) => Pick<Problem, 'rule' | 'remedy'> | undefined,
): Field<Value> {
  return field(
    inner.schema,
    (value, path, found) => {
      const before = found.length;
      const read = inner(value, path, found);
      const broken = found.length === before ? second(read) : undefined;
      if (broken !== undefined) found.push({ path, value: shown(read), ...broken });
      return read;
    },
    inner.omissible,
  );
}

/** A wrong value for a sentence. */
export function seen(value: unknown): string {
  return value === undefined ? 'nothing' : shown(value);
}
