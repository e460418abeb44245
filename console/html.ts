/** HTML templates that escape every value unless it is {@link Html}. */

import { escapeInvisible } from '../contract/invisible-characters';

/** Escaped HTML, created by {@link markup}, {@link exact} and {@link trusted} only. */
export class Html {
  constructor(readonly text: string) {}
}

/** Values in a template. `undefined`, `null` and `false` render as nothing. */
export type Content = Html | string | number | undefined | null | false | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Invisible characters that are not escaped. */
const kept = '\n\t';

/** A template, safe as an element's content and in a quoted attribute. */
export function markup(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(strings.reduce((text, literal, index) => text + textOf(contents[index - 1]) + literal));
}

/** Inserts constant text of this program unescaped, such as a style sheet. Never pass external input. */
export function trusted(text: string): Html {
  return new Html(text);
}

/** Marks invisible characters, so that they differ from the same escape typed as text. */
export function exact(text: string): Html {
  const marked = (character: string): string => `<mark title="invisible character">${named(character)}</mark>`;
  return new Html(escapeInvisible(withEntities(text), kept, marked));
}

function textOf(content: Content): string {
  if (content === undefined || content === null || content === false) return '';
  if (content instanceof Html) return content.text;
  if (typeof content === 'object') return content.map(textOf).join('');
  return escapeInvisible(withEntities(String(content)), kept, named);
}

function withEntities(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => entities[character] ?? '');
}

/** `\u202e`, or `\u{e0001}` past the first 65,536. */
function named(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
  return code.length > 4 ? `\\u{${code}}` : `\\u${code}`;
}
