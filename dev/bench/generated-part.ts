/** The part of a document that a program writes, between two marks; the rest is people's. */
export interface Marks {
  /** The line before it. */
  readonly begin: string;
  /** The line behind it. */
  readonly end: string;
}

/** The document with this part as it should be. @throws Error where a mark is missing */
export function withGenerated(document: string, { begin, end }: Marks, part: string): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the document must have ${begin} and, after it, ${end}`);
  return `${document.slice(0, from)}${begin}\n\n${part}\n\n${document.slice(to)}`;
}
