import { escapeInvisible } from '../contract/invisible-characters';

/** A text from Redis or AWS, safe for a terminal: shortened, with invisible characters escaped; `-` where it is empty. */
export function displayText(text: string | null | undefined, maxLength = 200): string {
  if (text === undefined || text === null || text === '') return '-';
  return escapeInvisible(text.length > maxLength ? `${text.slice(0, maxLength)}…` : text);
}
