/**
 * Controls, formats, unpaired surrogates, separators of lines and paragraphs, and what Unicode says to display as nothing,
 * such as fillers, variation selectors and code points that are reserved for more of them.
 */
const invisible = /^[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]$/u;

/** The first and the last code point of each range of invisible characters, in the Unicode version of this Node.js. */
function invisibleRanges(): (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    if (!invisible.test(String.fromCodePoint(code))) continue;
    const last = ranges.at(-1);
    if (last?.[1] === code - 1) last[1] = code;
    else ranges.push([code, code]);
  }
  return ranges;
}

/** The table as a constant: the Node.js and the Python that read it may know another version of Unicode. */
export function typescriptInvisibleRanges(): string {
  return [
    '// GENERATED from tools/generators/invisible-ranges.ts by `npm run generate`; do not edit.',
    '',
    '/** The first and the last code point of each range of invisible characters. */',
    'export const invisibleRanges: readonly (readonly [number, number])[] = [',
    ...invisibleRanges().map((range) => `  [${hexOf(range)}],`),
    '];',
    '',
  ].join('\n');
}

export function pythonInvisibleRanges(): string {
  return [
    '# GENERATED from tools/generators/invisible-ranges.ts by `npm run generate`; do not edit.',
    '"""Characters that messages and logs escape."""',
    '',
    'from __future__ import annotations',
    '',
    'from typing import Sequence',
    '',
    'INVISIBLE_RANGES: Sequence[tuple[int, int]] = [',
    ...invisibleRanges().map((range) => `    (${hexOf(range)}),`),
    ']',
    '"""The first and the last code point of each range of invisible characters."""',
    '',
  ].join('\n');
}

function hexOf(range: readonly number[]): string {
  return range.map((code) => `0x${code.toString(16)}`).join(', ');
}
