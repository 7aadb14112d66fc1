-- Those that nobody holds, by how long they wait. What takes leases says "is_open > 0", as nothing else
-- does: by the other index of open swaps the planner would read all of them, which lie far apart.
CREATE INDEX swaps_free ON swaps (free_at, swap_id) WHERE is_open > 0;
