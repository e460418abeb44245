import { invisibleRanges } from './invisible-ranges';

const classOf = (range: readonly number[]): string => range.map((code) => `\\u{${code.toString(16)}}`).join('-');
const invisible = new RegExp(`[${invisibleRanges.map(classOf).join('')}]`, 'gu');

/** Escapes invisible characters, for a terminal, a log or a page. @param kept characters that stay, such as line feeds */
export function escapeInvisible(text: string, kept = '', format: (character: string) => string = escapeOf): string {
  return text.replace(invisible, (character) => (kept.includes(character) ? character : format(character)));
}

/** `\u202e`, and past the first 65,536 two of them: what JSON reads as the character again. */
export function escapeOf(character: string): string {
  const units = character.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'));
  return units.map((hex) => `\\u${hex}`).join('');
}
