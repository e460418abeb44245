/** Until when an invocation may work; what takes longer is handed back to SQS rather than killed. */
export interface Deadline {
  /** Milliseconds left, never below 0. */
  remainingMs(): number;
}

/** @param marginMs time kept for writing logs and metrics and for answering. */
export function deadlineOf(context: { getRemainingTimeInMillis(): number }, marginMs = 1000): Deadline {
  return { remainingMs: () => Math.max(0, context.getRemainingTimeInMillis() - marginMs) };
}

/** The work ran out of time; it may still be going on. */
export class DeadlineExceededError extends Error {
  constructor(doing: string) {
    super(`${doing} did not end before the function's deadline`);
    this.name = 'DeadlineExceededError';
  }
}

/** @throws DeadlineExceededError when `work` is not done in time. */
export async function before<Result>(deadline: Deadline, doing: string, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const exceeded = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineExceededError(doing)), deadline.remainingMs());
  });
  try {
    return await Promise.race([work, exceeded]);
  } finally {
    clearTimeout(timer);
  }
}
