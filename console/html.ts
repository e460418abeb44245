/** HTML from templates: whatever is put in is text, unless it came out of a template itself. */

import { escapeInvisible } from '../contract/invisible-characters';

/** Finished HTML; only {@link markup} and {@link trusted} make it. */
export class Html {
  constructor(readonly text: string) {}
}

/** What a template takes. Nothing is shown for `undefined`, `null` and `false`. */
export type Content = Html | string | number | undefined | null | false | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Of what cannot be seen, these have their place in a page. */
const kept = '\n\t';

/** Safe as an element's content and between the quotes of an attribute. */
export function markup(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(strings.reduce((text, literal, index) => text + textOf(contents[index - 1]) + literal));
}

/** Text of our own that already is what it should be, such as a style sheet; never anything that came from outside. */
export function trusted(text: string): Html {
  return new Html(text);
}

/** A text as it is: what cannot be seen stands marked in its place, so that it differs from the same characters typed. */
export function exact(text: string): Html {
  const marked = (character: string): string => `<mark title="cannot be seen">${named(character)}</mark>`;
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
