-- settlement: ends a claim.

-- Removes a claim and its message's entry from processing.
-- @return the claim's record, or nil if the caller does not hold it; whether the entry existed
local function endClaim(processing, claims, leases, id, text)
  local record, others, digest = findClaim(claims, id, text)
  if not record then return nil end
  local existed = removeText(processing, text)
  storeRecords(claims, digest, others)
  redis.call('ZREM', leases, id)
  return record, existed
end
