/** Control characters, invisible and direction-changing ones, separators of lines and paragraphs, halves of surrogate pairs. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A text in whose place a terminal, a log or a page shows what stands there. @param kept characters that stay, such as line feeds */
export function withoutUnseen(text: string, kept = '', shown: (character: string) => string = asEscape): string {
  return text.replace(unseen, (character) => (kept.includes(character) ? character : shown(character)));
}

/** `\u202e`, and past the first 65,536 two of them: what JSON reads as the character again. */
function asEscape(character: string): string {
  return character.split('').map(escapeOfUnit).join('');
}

function escapeOfUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
