/** Reads JSURL, in which the AWS console keeps the state of a page: `~(name~value~…)`, `~(~value…)`, `~'text`, `~12`. */
export function parseJsurl(text: string): unknown {
  const reader = { text, at: 0 };
  const value = valueAt(reader);
  if (reader.at !== text.length) throw new Error(`not JSURL from character ${reader.at}: ${text}`);
  return value;
}

interface Reader {
  readonly text: string;
  at: number;
}

function valueAt(reader: Reader): unknown {
  expectAt(reader, '~');
  if (reader.text[reader.at] !== '(') {
    const word = wordAt(reader);
    return word.startsWith("'") ? unescaped(word.slice(1)) : JSON.parse(word);
  }
  reader.at++;
  const list: unknown[] = [];
  const entries: [string, unknown][] = [];
  while (reader.text[reader.at] === '~') list.push(valueAt(reader));
  while (list.length === 0 && reader.text[reader.at] !== ')') {
    entries.push([unescaped(wordAt(reader)), valueAt(reader)]);
    if (reader.text[reader.at] === '~') reader.at++;
  }
  expectAt(reader, ')');
  return list.length > 0 ? list : Object.fromEntries(entries);
}

/** The characters up to the next `~` or `)`. */
function wordAt(reader: Reader): string {
  const word = /^[^~)]*/.exec(reader.text.slice(reader.at))?.[0] ?? '';
  reader.at += word.length;
  return word;
}

function expectAt(reader: Reader, character: string): void {
  if (reader.text[reader.at] !== character) throw new Error(`no ${character} at ${reader.at}: ${reader.text}`);
  reader.at++;
}

function unescaped(text: string): string {
  return text.replace(/\*([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
