import type { Response } from 'express';
import type { StreamReply } from './contract.ts';

/** A reader who takes nothing for so long is gone, whatever its connection says. */
const STALLED_MS = 30_000;

/** Sends a stream at its reader's pace: the next bit is asked for when the last one is on its way. What fails cuts it off. */
export async function sendStream(
  res: Response,
  contentType: string,
  { status, stream }: StreamReply,
  gone: AbortSignal | null,
  stalledMs = STALLED_MS,
): Promise<void> {
  res.status(status).type(contentType).set('Cache-Control', 'no-store');
  res.set('X-Accel-Buffering', 'no'); // nginx, for one, would keep it until there is more
  res.set('Connection', 'close'); // or a process that stops would wait for it to be idle for long enough
  res.flushHeaders();
  // Begun in any case, and left by `break` or to its end: that is how the stream learns that it is over.
  for await (const bit of stream) {
    if (gone?.aborted) break;
    if (!res.write(bit) && !(await drained(res, gone, stalledMs))) {
      res.destroy();
      break;
    }
  }
  res.end();
}

function drained(res: Response, gone: AbortSignal | null, stalledMs: number): Promise<boolean> {
  if (gone?.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = (isDrained: boolean) => {
      clearTimeout(timer);
      res.off('drain', onDrain);
      gone?.removeEventListener('abort', onGone);
      resolve(isDrained);
    };
    const onDrain = () => settle(true);
    const onGone = () => settle(false);
    const timer = setTimeout(settle, stalledMs, false);
    res.once('drain', onDrain);
    gone?.addEventListener('abort', onGone);
  });
}
