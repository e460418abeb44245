/** What of a task definition may be on a screen. */
import { containerEnv, producerEnv } from '../../contract/function-env';

/** Stands where a value is kept from the screen. */
export const hidden = '(not shown)';

/** Variables that hold names only. A host is not among them: a URL with the token in it has stood there. */
export const visibleVariables: readonly string[] = [containerEnv.queue, producerEnv.eventBus];
