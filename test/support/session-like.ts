import fc from 'fast-check';

/** What looks like the body of a session, more or less. @param known texts that mean something to the service */
export function sessionLikes(known: readonly string[]) {
  const texts = [...known, 'default', '', '0', 'a\u0000b', '\ud800', '__proto__', '१२३'];
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...texts),
  );
  const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), text);
  const party = fc.record({ phone: anything, role: anything, surprise: anything }, { requiredKeys: [] });
  const stage = fc.record(
    {
      seconds: fc.oneof(fc.nat(), anything),
      allow: fc.oneof(fc.constant('both'), anything),
      forward_to: anything,
    },
    { requiredKeys: [] },
  );
  const sessionLike = fc.record(
    {
      transaction_ref: anything,
      pool: fc.oneof(fc.constant('default'), anything),
      expires_in_seconds: fc.oneof(fc.integer(), fc.double(), anything),
      parties: fc.oneof(fc.record({ a: party, b: party }, { requiredKeys: [] }), anything),
      direction: fc.oneof(fc.constant('both'), anything),
      cooling_seconds: fc.oneof(fc.nat(), anything),
      after_end: fc.oneof(fc.array(stage), anything),
      metadata: fc.oneof(fc.dictionary(text, anything), fc.dictionary(text, text)),
    },
    { requiredKeys: [] },
  );
  return { sessionLike, anything };
}
