/** Arbitrary JSON texts with edge cases of parsers, and corrupted JSON texts. */
import fc from 'fast-check';

const digits = (least: number, most: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.nat(9).map(String), minLength: least, maxLength: most });

/** A number in any JSON notation. */
export const numberText: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(
      fc.constant('0'),
      fc.tuple(fc.integer({ min: 1, max: 9 }).map(String), digits(0, 25)).map((parts) => parts.join('')),
    ),
    fc.oneof(
      fc.constant(''),
      digits(1, 25).map((fraction) => `.${fraction}`),
    ),
    fc.oneof(
      fc.constant(''),
      fc.tuple(fc.constantFrom('e', 'E', 'e+', 'E-'), digits(1, 4)).map((parts) => parts.join('')),
    ),
  )
  .map((parts) => parts.join(''));

/** A character of a JSON string, unescaped or escaped. */
const character = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((text) => /^[^"\\\p{Cc}\p{Cs}]+$/u.test(text)),
  fc.constantFrom('\\"', '\\\\', '\\/', '\\b', '\\f', '\\n', '\\r', '\\t', '\\u0000', '\\ud800', '\\udfff', '\\u0022'),
  fc.constantFrom('{', '}', '[', ']', ',', ':', ' ', '\u009b', '\u2028', '\u202e', '\u007f', '<', '\ufeff', '🌊'),
);

const stringText = fc.array(character, { maxLength: 12 }).map((parts) => `"${parts.join('')}"`);

const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\r', '\n'), maxLength: 2 });

const nameText = fc.oneof(
  stringText,
  fc.constantFrom(
    '"__proto__"',
    '"constructor"',
    '"toString"',
    '"payload"',
    '"retry_count"',
    '"hasOwnProperty"',
    '"\\u005f_proto__"',
  ),
);

/** Any JSON with arbitrary white space; objects can have duplicate keys. */
export const valueText: fc.Arbitrary<string> = fc.letrec<{
  value: string;
  member: string;
  list: string;
  object: string;
}>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('null', 'true', 'false'),
    numberText,
    stringText,
    tie('list'),
    tie('object'),
  ),
  member: fc
    .tuple(space, nameText, space, space, tie('value'), space)
    .map(([a, name, b, c, value, d]) => `${a}${name}${b}:${c}${value}${d}`),
  list: fc
    .array(
      fc.tuple(space, tie('value'), space).map((parts) => parts.join('')),
      { maxLength: 4 },
    )
    .map((items) => `[${items.join(',')}]`),
  object: fc.array(tie('member'), { maxLength: 4 }).map((members) => `{${members.join(',')}}`),
})).value;

const required = [
  ['"model_id"', '"m-1"'],
  ['"token_\\u0073ymbol"', '"CRSK"'],
  ['"metric_name"', '"auroc"'],
  ['"baseline_value"', '0.820'],
  ['"performance_data"', '{ "current_value": 0.870 }'],
] as const;
const pipelineFields = [
  ['"baseline_validated"', 'true'],
  ['"event_\\u0069d"', '"e-1"'],
] as const;

/** A valid event with unknown fields among its own, and the expected payload. */
export function eventText(): fc.Arbitrary<{ readonly body: string; readonly payload: string }> {
  const others = fc.uniqueArray(fc.tuple(nameText, valueText), {
    maxLength: 5,
    selector: ([name]) => JSON.parse(name) as unknown,
  });
  return others.chain((foreign) => {
    // A field of the contract would have to obey its rule and occur once.
    const known = new Set(['tags', 'model_name', 'correlation_id']);
    const free = foreign.filter(([name]) => !known.has(JSON.parse(name) as string));
    const members = fc.shuffledSubarray([...required, ...pipelineFields, ...free], {
      minLength: required.length + 2 + free.length,
    });
    return fc.tuple(members, space, space).map(([shuffled, before, behind]) => {
      const isPipelineField = (name: string): boolean => pipelineFields.some(([pipeline]) => pipeline === name);
      const detail = shuffled.map(([name, value]) => `${before}${name}${behind}:${before}${value}${behind}`).join(',');
      // White space between adjacent members of the payload is kept.
      const runs: string[][] = [[]];
      for (const [name, value] of shuffled) {
        if (isPipelineField(name)) runs.push([]);
        else runs.at(-1)?.push(`${name}${behind}:${before}${value}`);
      }
      const kept = runs.filter((run) => run.length > 0).map((run) => run.join(`${behind},${before}`));
      return {
        body:
          `{"id":"x","detail-type":"ModelRegistered","source":"hokusai.registry","detail"${before}:${behind}{${detail}}${before},` +
          `"time":"2026-11-23T10:00:00Z"}`,
        payload: `{${kept.join(',')}}`,
      };
    });
  });
}

/** The text with up to three parts removed, duplicated or replaced by a harmful text. */
export function mutilated(text: string): fc.Arbitrary<string> {
  const harm = fc.oneof(
    fc.constantFrom(
      '',
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '\u0000',
      '\ud800',
      '\u009b',
      '\n',
      'null',
      '1e400',
      '-',
      '__proto__',
    ),
    fc.string({ unit: 'binary', maxLength: 3 }),
    fc.nat(text.length).chain((from) => fc.nat(40).map((length) => text.slice(from, from + length))),
  );
  const change = fc.tuple(fc.nat(text.length), fc.nat(40), harm);
  return fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) =>
      changes.reduce((changed, [at, cut, put]) => changed.slice(0, at) + put + changed.slice(at + cut), text),
    );
}
