/** Runs a bundled Lambda function in real processes of its own, with the environment, the deadline and the ends that Lambda gives it. */
import { FunctionEnvironment, type FunctionSettings } from './function-environment';

export interface FunctionOptions extends FunctionSettings {
  /** Lines already written are not repeated: pass it here to see the start too. @default none */
  readonly onLog?: (line: string) => void;
}

export interface LocalFunction {
  /**
   * One invocation: the parsed result of the handler, or a rejection with a {@link FunctionError}. Its logs have been handed out by
   * then. While all processes are busy another is started, as Lambda does.
   */
  invoke(event: unknown): Promise<unknown>;
  /** Hands each line of stdout and stderr to the listener; returns how to end that. */
  onLog(listener: (line: string) => void): () => void;
  /** Ids of the running processes. */
  readonly pids: readonly number[];
  /** Ends all processes at once, as a lost host would: what runs is rejected; the next invocation starts anew. */
  kill(): Promise<void>;
  /** Ends all processes for good. */
  stop(): Promise<void>;
}

/** Starts one process at once, so that the first invocation finds it warm; resolves when the bundle is loaded. */
export async function startFunction(options: FunctionOptions): Promise<LocalFunction> {
  const listeners = new Set<(line: string) => void>();
  if (options.onLog !== undefined) listeners.add(options.onLog);
  const environments = new Set<FunctionEnvironment>();
  const idle: FunctionEnvironment[] = [];
  let stopped = false;

  const start = async (): Promise<FunctionEnvironment> => {
    const environment = new FunctionEnvironment(options, (line) => listeners.forEach((listener) => listener(line)));
    environments.add(environment);
    void environment.ended.then(() => environments.delete(environment));
    await environment.ready;
    return environment;
  };

  const kill = async (): Promise<void> => {
    idle.length = 0;
    await Promise.all([...environments].map((environment) => environment.kill()));
  };

  idle.push(await start());
  return {
    invoke: async (event) => {
      if (stopped) throw new Error('the function was stopped: it cannot be invoked');
      let environment = idle.pop();
      while (environment?.alive === false) environment = idle.pop();
      environment ??= await start();
      try {
        return await environment.invoke(event);
      } finally {
        if (environment.alive) idle.push(environment);
      }
    },
    onLog: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get pids() {
      return [...environments].map((environment) => environment.pid);
    },
    kill,
    stop: async () => {
      stopped = true;
      await kill();
    },
  };
}
