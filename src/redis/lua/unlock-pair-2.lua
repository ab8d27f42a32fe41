-- Purpose: frees a pair, but only the keys that still hold the token: a holder whose lock expired must not free
--          the lock of the next holder.
-- KEYS: 2
--   KEYS[1]  one side of the pair
--   KEYS[2]  the other side
-- ARGV: 1
--   ARGV[1]  token of the holder
-- Returns: the number of keys deleted; 0 = the lock was no longer ours
local deleted = 0
for _, key in ipairs({ KEYS[1], KEYS[2] }) do
  if redis.call('GET', key) == ARGV[1] then
    deleted = deleted + redis.call('DEL', key)
  end
end
return deleted
