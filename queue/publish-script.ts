import argumentsPart from './lua/parts/arguments.lua';
import clock from './lua/parts/clock.lua';
import isoTime from './lua/parts/iso-time.lua';
import publish from './lua/publish.lua';
import { Script } from './script';

/** The one script of the publisher, apart from the others, so that the publisher's bundle does not contain them. */
export const publishScript = new Script<('published' | 'duplicate' | 'id-reused' | 'wrong-type')[]>(publish, {
  arguments: argumentsPart,
  clock,
  'iso-time': isoTime,
});
