/** Where the lines about a message come from, and what was searched. */
export interface LogLines {
  /** Each line as the function wrote it: JSON. */
  readonly lines: readonly string[];
  /** More lines match than these. */
  readonly isTruncated: boolean;
  /** What was searched, for the operator: names of log groups, or a file. */
  readonly searched: readonly string[];
}

export interface LogSearch {
  /** A message or correlation id, of `messageIdPattern`. */
  readonly id: string;
  readonly sinceMs: number;
}
