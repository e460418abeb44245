import { closest, distance } from 'fastest-levenshtein';

/** Share of the word that may differ from a suggested name. */
const differingShare = 0.45;

/** As in ` Did you mean "doctor"?`; empty where no name is similar. */
export function suggestion(word: string, names: readonly string[], prefix = ''): string {
  const name = closest(word, names);
  return distance(word, name) <= word.length * differingShare ? ` Did you mean "${prefix}${name}"?` : '';
}
