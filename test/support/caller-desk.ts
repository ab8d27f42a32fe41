import type { IncomingMessage, ServerResponse } from 'node:http';
import { openReceiver, type Receiver } from './receiver.ts';

/** What a tenant's endpoint was asked. */
export type Question = { headers: IncomingMessage['headers']; body: string; json: any };

/** A tenant's endpoint that is asked about callers, and answers as it is told. */
export type Desk = {
  receiver: Receiver;
  questions: Question[];
  /** An object is sent as JSON. */
  answer: object | ((res: ServerResponse) => unknown);
};

export async function openDesk(): Promise<Desk> {
  const receiver = await openReceiver((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      desk.questions.push({ headers: req.headers, body, json: JSON.parse(body) });
      if (typeof desk.answer === 'function') desk.answer(res);
      else res.end(JSON.stringify(desk.answer));
    });
  });
  const desk: Desk = { receiver, questions: [], answer: {} };
  return desk;
}
