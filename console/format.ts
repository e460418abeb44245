/** Numbers, times and results as people read them. */
import { duration } from '../contract/duration';
import { type Content, markup, type Html } from './html';
import type { Verb } from './request';

const longest = 200;

export const number = (value: number): string => value.toLocaleString('en-US');

/** `1 dead letter`, `12,300 dead letters`. */
export const amount = (value: number, noun: string): string => `${number(value)} ${noun}${value === 1 ? '' : 's'}`;

/** A text of a message in a list: shortened; a dash where there is none. */
export function short(text: string | null | undefined): Content {
  if (text === null || text === undefined || text === '') return markup`<span class="none">–</span>`;
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** An ISO time with the seconds and how long ago that is; any other text as it stands. */
export function when(text: string | null | undefined): Content {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/.exec(text ?? '');
  if (match === null) return short(text);
  const seconds = (Date.now() - Date.parse(match[0])) / 1000;
  const distance = seconds < 0 ? `in ${duration(-seconds)}` : `${duration(seconds)} ago`;
  return markup`<time datetime="${match[0]}">${match[1]} ${match[2]} UTC</time> <span class="quiet whole">${distance}</span>`;
}

/** The three states of a health check; a sign and a word, so that colour is never the only one. */
export function status(state: string): Html {
  const sign = state === 'pass' ? '✓' : state === 'warn' ? '!' : '✕';
  const kind = ['pass', 'warn', 'fail'].includes(state) ? state : 'fail';
  return markup`<span class="status ${kind}"><span aria-hidden="true">${sign}</span> ${state.toUpperCase()}</span>`;
}

/** On buttons and in sentences. */
export const verbWords: Readonly<
  Record<Verb, { readonly label: string; readonly noun: string; readonly means: string }>
> = {
  redrive: {
    label: 'Redrive',
    noun: 'dead letter',
    means:
      'Each goes back to its queue with its retries counted from 0; an event that the publisher had refused goes through the buffer again, and is checked again.',
  },
  discard: { label: 'Discard', noun: 'dead letter', means: 'Each is deleted for good. Nothing brings it back.' },
  release: {
    label: 'Release',
    noun: 'claim',
    means: 'Each message goes back to its queue, to be taken next. Its consumer cannot acknowledge it any more.',
  },
};
