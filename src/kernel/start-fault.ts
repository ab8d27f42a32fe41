/**
 * Why Maskplane cannot start (or cannot go on), told to the person at the terminal: the message is one clear
 * sentence, at most one further line shows the last words of a child's log. main.ts prints it and exits 1.
 */
export class StartFault extends Error {
  override readonly name = 'StartFault';
}
