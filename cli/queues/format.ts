/** Texts from Redis as they may be shown: nothing in them that a terminal could act on. */
import { escapeInvisible } from '../../contract/invisible-characters';

const longest = 200;

/** `-` where there is nothing. */
export function cell(text: string | null, most = longest): string {
  if (text === null || text === '') return '-';
  return escapeInvisible(text.length > most ? `${text.slice(0, most)}…` : text);
}

/** Seconds as people say them: `42 s`, `7 min`, `3.5 h`, `2.1 d`. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86_400).toFixed(1)} d`;
}
