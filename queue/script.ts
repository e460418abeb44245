import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

type ScriptArguments = readonly (string | number | Buffer)[];

/** One atomic step. */
export class Script<Reply> {
  /** The script with its parts, as sent to Redis. */
  readonly source: string;
  private readonly sha: string;

  /** @param parts those that the file includes with `-- INCLUDE <name>`, by name */
  constructor(file: string, parts: Readonly<Record<string, string>>) {
    this.source = file.replace(/^-- INCLUDE (\S+)$/gm, (_, name: string) => {
      const part = parts[name];
      if (part === undefined) throw new Error(`a script includes "${name}", which is not in lua/parts`);
      return part;
    });
    this.sha = createHash('sha1').update(this.source).digest('hex');
  }

  /** Runs the script by its digest; sends its source if the server does not have it (a new node, SCRIPT FLUSH). */
  run(redis: Redis, keys: readonly string[], args: ScriptArguments): Promise<Reply> {
    return this.orByText((command, script) =>
      redis.call(command, script, keys.length, ...keys, ...args),
    ) as Promise<Reply>;
  }

  /** As `run`; texts in the reply are bytes, since entries of other clients may be invalid UTF-8. */
  runBytes(redis: Redis, keys: readonly string[], args: ScriptArguments): Promise<Reply> {
    return this.orByText((command, script) =>
      redis.callBuffer(command, script, keys.length, ...keys, ...args),
    ) as Promise<Reply>;
  }

  /**
   * As `run`, with another command in the same write; Redis runs it after the script.
   * @param next sends the command; called again if the script is sent again.
   */
  runBefore<Next>(
    redis: Redis,
    keys: readonly string[],
    args: ScriptArguments,
    next: () => Promise<Next>,
  ): Promise<[Reply, Next]> {
    return this.orByText((command, script) =>
      Promise.all([redis.call(command, script, keys.length, ...keys, ...args) as Promise<Reply>, next()]),
    );
  }

  private async orByText<Result>(
    send: (command: 'evalsha' | 'eval', script: string) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await send('evalsha', this.sha);
    } catch (error) {
      // NOSCRIPT: nothing was run, so sending the source repeats nothing.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return await send('eval', this.source);
    }
  }
}
