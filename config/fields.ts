/** Zod schemas for settings. Each error states the rule, the wrong value and the remedy, and never shows a secret. */
import { distance } from 'fastest-levenshtein';
import * as z from 'zod';
import { escaped, formatted, isObject } from '../contract/rules';

/** One setting that breaks a rule. */
export interface Problem {
  /** As in `subscriptions[1].queue`. */
  readonly path: string;
  readonly rule: string;
  /** The wrong value, shortened and escaped; never a secret. */
  readonly value: string;
  /** What to do, a sentence. */
  readonly remedy: string;
}

/** The texts of a field's errors. */
interface Texts {
  readonly rule: string;
  /** A function gets the wrong text, or an empty one if the value is not a text. */
  readonly remedy: string | ((text: string) => string);
  /** Formats a wrong text. @default shortened and escaped */
  readonly format?: (text: string) => string;
}

/** An error message of zod is one string: it carries the problem as JSON, and {@link problemsOf} reads it. */
const messageOf = (problem: Omit<Problem, 'path'>): string => JSON.stringify(problem);

const withError = ({ rule, remedy, format = formatted }: Texts) => ({
  error: ({ input }: { readonly input?: unknown }): string => {
    const text = typeof input === 'string' ? input : '';
    return messageOf({
      rule,
      value: typeof input === 'string' ? format(input) : input === undefined ? 'nothing' : formatted(input),
      remedy: typeof remedy === 'string' ? remedy : remedy(text),
    });
  },
});

/** A string that `pattern`, anchored at both ends and without flags, matches. */
export function text(pattern: RegExp, texts: Texts): z.ZodString {
  return z.string(withError(texts)).regex(pattern, withError(texts)).meta({ description: texts.rule });
}

/** A {@link text} with one more rule; `broken` returns the error, or undefined if the value keeps the rule. */
export function textWith(
  pattern: RegExp,
  texts: Texts,
  broken: (value: string) => Pick<Problem, 'rule' | 'remedy'> | undefined,
): z.ZodString {
  return text(pattern, texts).superRefine((value, context) => {
    const error = pattern.test(value) ? broken(value) : undefined;
    if (error !== undefined)
      context.addIssue({ code: 'custom', message: messageOf({ value: formatted(value), ...error }) });
  });
}

/** A whole number between the two, both included. `unit` follows them, as in `seconds`. */
export function wholeNumber(minimum: number, maximum: number, unit = ''): z.ZodNumber {
  const rule = `a whole number from ${minimum} to ${maximum}${unit && ` (${unit})`}`;
  const error = withError({ rule, remedy: 'Write such a number, without quotes.' });
  // Not z.int(): its error would keep the rules between settings from being checked.
  const number = z.number(error).min(minimum, error).max(maximum, error).refine(Number.isInteger, error);
  return number.meta({ type: 'integer', description: rule });
}

/** `true` or `false`. */
export const flag = z.boolean(withError({ rule: 'true or false', remedy: 'Write one of the two, without quotes.' }));

/** One of `values`; `rule` describes them. */
export function oneOf<const Value extends string | number>(
  values: readonly Value[],
  rule: string,
): z.ZodLiteral<Value> {
  const written = values.map((each) => (typeof each === 'string' ? `"${each}"` : String(each))).join(', ');
  const remedy = values.length === 1 ? `Write ${written}.` : `Choose one of ${written}.`;
  return z.literal(values, withError({ rule, remedy })).meta({ description: rule });
}

/** A list with at least `minimum` entries. */
export function listOf<Entry extends z.ZodType>(entry: Entry, minimum: number): z.ZodArray<Entry> {
  const error = withError({
    rule: minimum === 0 ? 'a list' : `a list of at least ${minimum}`,
    remedy: minimum === 0 ? 'Write [ … ].' : `Write [ … ] with ${minimum} or more entries.`,
  });
  return z.array(entry, error).min(minimum, error);
}

const groupError = withError({ rule: 'a group of settings', remedy: 'Write { "name": value, … }.' }).error;

/** A group of settings: those of `shape`, and no other. */
export function group<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? JSON.stringify(Object.keys(shape)) : groupError(issue)),
  });
}

/** A group that is one of several: `source` selects which. */
export function bySource<Groups extends readonly [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]]>(
  meanings: Readonly<Record<string, string>>,
  groups: Groups,
) {
  const rule = Object.entries(meanings).map(([name, meaning]) => `"${name}" (${meaning})`);
  const names = Object.keys(meanings).map((name) => `"${name}"`);
  const sourceError = withError({ rule: rule.join(' or '), remedy: `Write ${names.join(' or ')}.` }).error;
  return z.discriminatedUnion('source', groups, {
    error: (issue) => (isObject(issue.input) ? sourceError({ input: issue.input['source'] }) : groupError(issue)),
  });
}

/** Each issue as a problem: the first of each setting. */
export function problemsOf(issues: readonly z.core.$ZodIssue[]): Problem[] {
  const problems = issues.flatMap((issue): Problem[] => {
    if (issue.code !== 'unrecognized_keys')
      return [{ path: pathOf(issue.path) || 'the file', ...(JSON.parse(issue.message) as Omit<Problem, 'path'>) }];
    return issue.keys.map((name) => ({
      path: pathOf([...issue.path, escaped(name.slice(0, 60))]),
      rule: 'a known setting',
      value: 'an unknown name',
      remedy: renamed(name, JSON.parse(issue.message) as string[]),
    }));
  });
  return problems.filter(({ path }, index) => problems.findIndex((other) => other.path === path) === index);
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, name) => (typeof name === 'number' ? `${text}[${name}]` : `${text}${text && '.'}${String(name)}`),
    '',
  );
}

/** The remedy for an unknown name: the known one that is nearest to it, and all of them. */
function renamed(name: string, known: readonly string[]): string {
  const apart = (other: string): number =>
    distance(name.toLowerCase(), other.toLowerCase()) / Math.max(name.length, other.length);
  const [nearest] = [...known].sort((a, b) => apart(a) - apart(b));
  const remedy =
    nearest === undefined || apart(nearest) > 0.6 ? 'Remove it' : `Did you mean "${nearest}"? Rename or remove it`;
  return `${remedy}; known here: ${known.join(', ')}.`;
}
