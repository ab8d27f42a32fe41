/**
 * Preloaded into a process of the service (`--import`, so it is plain JavaScript): at each SIGUSR2 its clock jumps, as when
 * somebody sets the time of its machine. TEST_CLOCK_JUMPS has the distances from the true time in seconds, one for each
 * jump. What counts time instead of telling it (timers, performance.now) goes on as it does on a real machine.
 */
const jumps = (process.env.TEST_CLOCK_JUMPS ?? '').split(',').map(Number);
const TrueDate = Date;
let movedMs = 0;

globalThis.Date = new Proxy(TrueDate, {
  construct: (date, given, made) =>
    Reflect.construct(date, given.length === 0 ? [date.now() + movedMs] : given, made),
  get: (date, name) => (name === 'now' ? () => date.now() + movedMs : Reflect.get(date, name)),
});

process.on('SIGUSR2', () => {
  movedMs = (jumps.shift() ?? 0) * 1_000;
  process.stdout.write(`the clock says ${new Date().toISOString()}\n`);
});
