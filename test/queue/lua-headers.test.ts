import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scripts } from '../../queue/scripts';

const folder = join(__dirname, '../../queue/lua');
const read = (path: string) => readFileSync(join(folder, path), 'utf8');
const luaIn = (path: string) => readdirSync(join(folder, path)).filter((name) => name.endsWith('.lua'));
const files = luaIn('.').map((name) => ({ name, text: read(name) }));
const parts = luaIn('parts').map((name) => ({ name, text: read(join('parts', name)) }));

/** The comment lines at the top, up to the first include line. */
function headerOf(text: string): string {
  const lines = text.split('\n').slice(1);
  const end = lines.findIndex((line) => !line.startsWith('--') || line.startsWith('-- INCLUDE'));
  return lines.slice(0, end).join('\n');
}

function bodyOf(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('--'))
    .join('\n');
}

/** `KEYS[1]` gives the number 1; `KEYS[3 .. 2+Q]` and `KEYS[3+Q ..]` give a rest that starts at 3. */
function declared(text: string, name: 'KEYS' | 'ARGV'): { numbers: number[]; rest: number | undefined } {
  const found = [...headerOf(text).matchAll(new RegExp(`${name}\\[(\\d+)([^\\]]*)\\]`, 'g'))];
  const rests = found.filter((match) => match[2] !== '').map((match) => Number(match[1]));
  return {
    numbers: found.filter((match) => match[2] === '').map((match) => Number(match[1])),
    rest: rests.length === 0 ? undefined : Math.min(...rests),
  };
}

/** Whether the header declares that only the type of the key is read. */
function isTypedOnly(text: string, name: string, number: number): boolean {
  return new RegExp(`${name}\\[${number}\\] [^\n]*, of which only the type is read`).test(headerOf(text));
}

/** The numbers in the body, and whether it also uses computed indexes (`KEYS[index]`, `#ARGV`). */
function used(text: string, name: 'KEYS' | 'ARGV'): { numbers: number[]; computed: boolean } {
  const body = bodyOf(text);
  const checks = name === 'ARGV' ? '|(?:wholeNumber|matching|jsonObject)\\((\\d+),' : '';
  const numbers = [...body.matchAll(new RegExp(`(?<!\\w)${name}\\[(\\d+)\\]${checks}`, 'g'))].map((match) =>
    Number(match[1] ?? match[2]),
  );
  return {
    numbers: [...new Set(numbers)].sort((a, b) => a - b),
    computed: new RegExp(`#${name}\\b|(?<!\\w)${name}\\[[^\\]\\d]`).test(body),
  };
}

describe.each(files)('$name', ({ name, text }) => {
  test('begins with its engine and its name, and declares RETURNS and INVARIANT', () => {
    expect(text).toMatch(/^#!lua(?: flags=[a-z,-]+)?\n/);
    expect(text.split('\n')[1]).toMatch(new RegExp(`^-- ${name.replace('.lua', '')}: .`));
    expect(headerOf(text)).toMatch(/^-- RETURNS ./m);
    expect(headerOf(text)).toMatch(/^-- INVARIANT ./m);
  });

  test.each(['KEYS', 'ARGV'] as const)('declares the %s that it uses, and uses what it declares', (kind) => {
    const header = declared(text, kind);
    const body = used(text, kind);
    const undeclared = body.numbers.filter((n) => !header.numbers.includes(n) && !(n >= (header.rest ?? Infinity)));
    expect(undeclared).toEqual([]);
    expect(header.numbers.filter((n) => !body.numbers.includes(n) && !isTypedOnly(text, kind, n))).toEqual([]);
    expect(header.numbers).toEqual(header.numbers.map((_, index) => index + 1));
    expect(body.computed).toBe(header.rest !== undefined);
  });

  test('includes only parts that exist, and calls something of each', () => {
    const included = [...text.matchAll(/^-- INCLUDE (\S+)$/gm)].map((match) => match[1]);
    for (const part of included) {
      const functions = [...read(`parts/${part}.lua`).matchAll(/^local function (\w+)/gm)].map(
        (match) => match[1] ?? '',
      );
      const others = included.filter((other) => other !== part).map((other) => read(`parts/${other}.lua`));
      const callers = [bodyOf(text), ...others].join('\n');
      expect(functions.some((called) => callers.includes(`${called}(`))).toBe(true);
    }
  });

  test('names every key in KEYS: the body has no key of its own', () => {
    expect(bodyOf(text)).not.toMatch(/model_events/);
  });

  test('checks its keys’ types before the first write', () => {
    const body = bodyOf(text);
    const write = body.search(
      /redis\.call\('(?:L(?:PUSH|REM|MOVE|POP|TRIM)|RPUSH|Z(?:ADD|REM)|H(?:SET|SETNX|DEL)|SET|EXPIRE)'/,
    );
    const check = body.search(/wrongType\(|redis\.call\('TYPE'/);
    expect(check).toBeGreaterThanOrEqual(0);
    if (write >= 0) expect(check).toBeLessThan(write);
  });

  test('may run in a full Redis if it drains, and is refused there if it fills', () => {
    const flags = /^#!lua(?: flags=(\S+))?/.exec(text)?.[1] ?? '';
    const others: Readonly<Record<string, string>> = {
      'publish.lua': '',
      'probe.lua': '',
      'sample.lua': '',
      'inspect.lua': 'no-writes',
      'locate.lua': 'no-writes',
      'page.lua': 'no-writes',
    };
    expect(flags).toBe(others[name] ?? 'allow-oom');
  });

  test('is registered with its flags, and its includes are resolved', () => {
    const camel = name.replace('.lua', '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const { source } = scripts[camel as keyof typeof scripts];
    const [shebang = '', title = ''] = text.split('\n');
    expect(source.split('\n').slice(0, 2)).toEqual([shebang, title]);
    expect(source).not.toMatch(/^-- INCLUDE/m);
  });
});

test('every registered script has a file, and every part is included by some script', () => {
  expect(Object.keys(scripts)).toHaveLength(files.length);
  for (const { name, text } of parts) {
    const part = name.replace('.lua', '');
    expect(text).toMatch(new RegExp(`^-- ${part}: .`));
    expect(files.some((file) => file.text.includes(`-- INCLUDE ${part}\n`))).toBe(true);
  }
});
