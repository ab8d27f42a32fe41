// Loaded before the service: replies to requests that ask for it are kept back, when all that they answer is committed; and
// when enough of them are, the process is killed with all of them unsent.
import { writeSync } from 'node:fs';
import { ServerResponse } from 'node:http';

const most = Number(process.env.WITHHELD_REPLIES);
const end = ServerResponse.prototype.end;
let withheld = 0;

ServerResponse.prototype.end = function (...args) {
  if (this.req.headers['x-withhold'] === undefined || this.statusCode >= 300) return end.apply(this, args);
  withheld += 1;
  if (withheld === most) {
    writeSync(1, `withheld ${withheld}\n`);
    process.kill(process.pid, 'SIGKILL');
  }
  return this;
};
