/** The generated part of a document, between two marks. */
export interface Marks {
  /** The line before the generated part. */
  readonly begin: string;
  /** The line after the generated part. */
  readonly end: string;
}

/** Replaces the generated part of the document. @throws Error if a mark is missing */
export function withGenerated(document: string, { begin, end }: Marks, part: string): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end, document.indexOf(begin))];
  if (from < 0 || to < from) throw new Error(`the document must have ${begin} and, after it, ${end}`);
  return `${document.slice(0, from)}${begin}\n\n${part}\n\n${document.slice(to)}`;
}
