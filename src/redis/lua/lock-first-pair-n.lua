-- Purpose: locks the first candidate pair whose two keys are both free; takes both keys or neither.
--          Checked before anything is written, because Redis does not roll back a script that fails half-way.
-- KEYS: 2n
--   KEYS[2i-1], KEYS[2i]  the two keys of candidate i, best candidate first
-- ARGV: 2
--   ARGV[1]  token of the holder
--   ARGV[2]  lifetime of the lock in ms
-- Returns: the 1-based index of the locked candidate; 0 = all are busy
for first = 1, #KEYS, 2 do
  if redis.call('EXISTS', KEYS[first], KEYS[first + 1]) == 0 then
    redis.call('SET', KEYS[first], ARGV[1], 'PX', ARGV[2])
    redis.call('SET', KEYS[first + 1], ARGV[1], 'PX', ARGV[2])
    return (first + 1) / 2
  end
end
return 0
