/** Formats numbers, times and results for display. */
import { duration } from '../contract/duration';
import { type Content, markup, type Html } from './html';
import type { Verb } from './request';

const longest = 200;

export const number = (value: number): string => value.toLocaleString('en-US');

/** `1 dead letter`, `12,300 dead letters`. */
export const amount = (value: number, noun: string): string => `${number(value)} ${noun}${value === 1 ? '' : 's'}`;

/** Shortens a text of a message for a list; a dash for a missing text. */
export function short(text: string | null | undefined): Content {
  if (text === null || text === undefined || text === '') return markup`<span class="none">–</span>`;
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** An ISO time to the second, with its age; any other text unchanged. */
export function when(text: string | null | undefined): Content {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/.exec(text ?? '');
  if (match === null) return short(text);
  const seconds = (Date.now() - Date.parse(match[0])) / 1000;
  const distance = seconds < 0 ? `in ${duration(-seconds)}` : `${duration(seconds)} ago`;
  return markup`<time datetime="${match[0]}">${match[1]} ${match[2]} UTC</time> <span class="quiet whole">${distance}</span>`;
}

/** Status of a health check as symbol and word, so that it does not depend on colour. */
export function status(state: string): Html {
  const sign = state === 'pass' ? '✓' : state === 'warn' ? '!' : '✕';
  const kind = ['pass', 'warn', 'fail'].includes(state) ? state : 'fail';
  return markup`<span class="status ${kind}"><span aria-hidden="true">${sign}</span> ${state.toUpperCase()}</span>`;
}

/** Texts for buttons and sentences. */
export const verbWords: Readonly<
  Record<Verb, { readonly label: string; readonly noun: string; readonly effect: string }>
> = {
  redrive: {
    label: 'Redrive',
    noun: 'dead letter',
    effect:
      'Each dead letter returns to its queue with its retry count reset to 0. An event that the publisher refused returns to the buffer and is validated again.',
  },
  discard: {
    label: 'Discard',
    noun: 'dead letter',
    effect: 'Each dead letter is deleted permanently. This cannot be undone.',
  },
  release: {
    label: 'Release',
    noun: 'claim',
    effect: 'Each message returns to its queue and is delivered next. Its current holder can no longer acknowledge it.',
  },
};
