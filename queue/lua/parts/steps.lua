-- steps: a consumer is done with some messages, and begins to work on others that it had only prefetched. Arguments from `first` on:
-- D, number of messages that it is done with; S, number of messages that it begins to work on; claim id and text, byte for byte as
-- claimed, of each of the D; then the claim ids of the S.

-- Ends the script unless they are the last arguments.
local function expectSteps(keys, first)
  local done = wholeNumber(first, 'the number of messages that are done', 0, 10000)
  local starting = wholeNumber(first + 1, 'the number of messages that start', 0, 10000)
  expectCounts(keys, first + 1 + 2 * done + starting)
end

-- @return for each message, in the order of the arguments: acknowledged | started | not-held
local function takeSteps(first, last, processing, claims, leases, leaseEnd)
  local results, starts = {}, first + 2 + 2 * ARGV[first]
  for at = first + 2, starts - 1, 2 do
    results[#results + 1] = endClaim(processing, claims, leases, ARGV[at], ARGV[at + 1]) and 'acknowledged' or 'not-held'
  end
  for at = starts, last do
    results[#results + 1] = startClaim(claims, leases, ARGV[at], leaseEnd) and 'started' or 'not-held'
  end
  return results
end
