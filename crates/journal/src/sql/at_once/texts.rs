//! The statements.
//!
//! On Postgres each is one, whose parts see each other's rows. On SQLite each is several, run in one go:
//! `changes()` says whether the one before did anything, and the last ones end the savepoint that all
//! are in and begin the next.
//!
//! Entries come in one sequence of bytes, with a list of where each is: number, start of the hash,
//! start and length of the entry.

use super::super::{Sql, sql};

/// Inserts a swap whose key is new, and its entries.
pub(super) const OPEN: Sql = sql!(
    sqlite "INSERT INTO swaps (swap_id, idempotency_key, request, environment, state, is_open, \
            entries, head, committed, opened_at, changed_at, fence, holder, free_at) \
            VALUES ($1, $2, $3, $4, $5, 1, $6, $7, 0, $8, $9, 1, $10, $11) \
            ON CONFLICT DO NOTHING RETURNING swap_id; \
            INSERT INTO entries (swap_id, sequence, hash, entry) \
            SELECT $1, value ->> 0, substr($12, value ->> 1, 32), \
            substr($12, value ->> 2, value ->> 3) FROM json_each($13) WHERE changes() = 1; \
            RELEASE one; SAVEPOINT one"
    postgres "WITH swap AS (INSERT INTO swaps (swap_id, idempotency_key, request, environment, state, \
              is_open, entries, head, committed, opened_at, changed_at, fence, holder, free_at) \
              VALUES ($1, $2, $3, $4, $5, 1, $6, $7, 0, $8, $9, 1, $10, $11) \
              ON CONFLICT DO NOTHING RETURNING swap_id), \
              history AS (INSERT INTO entries (swap_id, sequence, hash, entry) \
              SELECT swap.swap_id, (place ->> 0)::bigint, \
              substring($12 FROM (place ->> 1)::integer FOR 32), \
              substring($12 FROM (place ->> 2)::integer FOR (place ->> 3)::integer) \
              FROM swap, jsonb_array_elements($13::jsonb) AS places (place)) \
              SELECT swap_id FROM swap"
);

/// Moves a swap on that is where its writer knows it to be, and inserts its entries. Counts it where
/// it ends; requires a live reservation where it is signed.
pub(super) const APPEND: Sql = sql!(
    sqlite "UPDATE swaps SET state = $2 ->> state, is_open = $3, entries = $4, head = $5, \
            changed_at = $6, free_at = MAX(free_at, $7) \
            WHERE swap_id = $1 AND entries = $8 AND head = $9 AND fence = $10 AND free_at > $11 \
            AND is_open = 1 AND $2 ->> state IS NOT NULL \
            AND ($14 = 0 OR EXISTS (SELECT 1 FROM reservations WHERE swap_id = $1 AND is_live = 1)) \
            RETURNING swap_id; \
            INSERT INTO entries (swap_id, sequence, hash, entry) \
            SELECT $1, value ->> 0, substr($12, value ->> 1, 32), \
            substr($12, value ->> 2, value ->> 3) FROM json_each($13) WHERE changes() = 1; \
            INSERT INTO tallies (state, shard, swaps) \
            SELECT $15, $16, 1 WHERE $3 = 0 AND changes() > 0 \
            ON CONFLICT (state, shard) DO UPDATE SET swaps = tallies.swaps + 1; \
            RELEASE one; SAVEPOINT one"
    postgres "WITH swap AS (UPDATE swaps SET state = $2::jsonb ->> state, is_open = $3, entries = $4, \
              head = $5, changed_at = $6, free_at = GREATEST(free_at, $7) \
              WHERE swap_id = $1 AND entries = $8 AND head = $9 AND fence = $10 AND free_at > $11 \
              AND is_open = 1 AND $2::jsonb ->> state IS NOT NULL AND ($14 = 0 OR EXISTS \
              (SELECT 1 FROM reservations WHERE swap_id = $1 AND is_live = 1)) RETURNING swap_id), \
              history AS (INSERT INTO entries (swap_id, sequence, hash, entry) \
              SELECT swap.swap_id, (place ->> 0)::bigint, \
              substring($12 FROM (place ->> 1)::integer FOR 32), \
              substring($12 FROM (place ->> 2)::integer FOR (place ->> 3)::integer) \
              FROM swap, jsonb_array_elements($13::jsonb) AS places (place)), \
              tally AS (INSERT INTO tallies (state, shard, swaps) \
              SELECT $15, $16, 1 FROM swap WHERE $3 = 0 \
              ON CONFLICT (state, shard) DO UPDATE SET swaps = tallies.swaps + 1) \
              SELECT swap_id FROM swap"
);

/// Moves a swap on that has no reservation yet, inserts its entries, takes the resources, stops
/// counting what left a day ago, counts the amount where it fits, and inserts the reservation.
///
/// On Postgres what is missing is a name that can't be NULL in the reservation, so nothing of it is
/// kept. There the rows are locked in the order in which they need each other: those that are
/// counted no longer, the swap's, the resources', and the token's last, since those who reserve the
/// same token wait for it. The condition on the token's row is judged by the row that was waited for.
///
/// SQLite has whole numbers of 64 bits alone, so amounts that are longer are added step by step.
pub(super) const RESERVE: Sql = sql!(
    sqlite "UPDATE swaps SET state = $2 ->> state, entries = $4, head = $5, \
            changed_at = $6, free_at = MAX(free_at, $7) \
            WHERE swap_id = $1 AND entries = $8 AND head = $9 AND fence = $10 AND free_at > $11 \
            AND is_open = $3 AND $2 ->> state IS NOT NULL AND environment = $14 \
            AND NOT EXISTS (SELECT 1 FROM reservations WHERE swap_id = $1) \
            AND NOT EXISTS (SELECT 1 FROM resources WHERE resource IN (SELECT value FROM json_each($15))) \
            AND length($18) < 18 AND EXISTS (SELECT 1 FROM tokens WHERE token = $17 \
            AND length(moved) < 18 AND (length($19) > 18 OR moved + CAST($18 AS INTEGER) \
            - (SELECT COALESCE(SUM(CAST(amount AS INTEGER)), 0) FROM reservations \
            WHERE token = $17 AND is_counted = 1 AND reserved_at <= $20) <= CAST($19 AS INTEGER))) \
            RETURNING swap_id; \
            INSERT INTO entries (swap_id, sequence, hash, entry) \
            SELECT $1, value ->> 0, substr($12, value ->> 1, 32), \
            substr($12, value ->> 2, value ->> 3) FROM json_each($13) WHERE changes() = 1; \
            INSERT INTO resources (resource, swap_id) \
            SELECT value, $1 FROM json_each($15) WHERE changes() > 0; \
            UPDATE tokens SET moved = CAST(CAST(moved AS INTEGER) + CAST($18 AS INTEGER) \
            - (SELECT COALESCE(SUM(CAST(amount AS INTEGER)), 0) FROM reservations \
            WHERE token = $17 AND is_counted = 1 AND reserved_at <= $20) AS TEXT) \
            WHERE token = $17 AND changes() = $16; \
            INSERT INTO reservations (swap_id, number, token, amount, reserved_at, valid_until, \
            is_live, is_counted) SELECT $1, 1, $17, $18, $21, $22, 1, 1 WHERE changes() = 1; \
            UPDATE reservations SET is_counted = 0 \
            WHERE token = $17 AND is_counted = 1 AND reserved_at <= $20 AND changes() = 1; \
            RELEASE one; SAVEPOINT one"
    postgres "WITH old AS (UPDATE reservations SET is_counted = 0 \
              WHERE token = $17 AND is_counted = 1 AND reserved_at <= $20 RETURNING amount), \
              swap AS (UPDATE swaps SET state = $2::jsonb ->> state, entries = $4, \
              head = $5, changed_at = $6, free_at = GREATEST(free_at, $7) \
              WHERE swap_id = $1 AND entries = $8 AND head = $9 AND fence = $10 AND free_at > $11 \
              AND is_open = $3 AND $2::jsonb ->> state IS NOT NULL AND environment = $14 \
              AND (SELECT count(*) FROM old) >= 0 \
              AND NOT EXISTS (SELECT 1 FROM reservations WHERE swap_id = $1) RETURNING swap_id), \
              history AS (INSERT INTO entries (swap_id, sequence, hash, entry) \
              SELECT swap.swap_id, (place ->> 0)::bigint, \
              substring($12 FROM (place ->> 1)::integer FOR 32), \
              substring($12 FROM (place ->> 2)::integer FOR (place ->> 3)::integer) \
              FROM swap, jsonb_array_elements($13::jsonb) AS places (place)), \
              taken AS (INSERT INTO resources (resource, swap_id) SELECT resource, swap.swap_id \
              FROM swap, jsonb_array_elements_text($15::jsonb) AS asked (resource) \
              ON CONFLICT DO NOTHING RETURNING resource), \
              total AS (UPDATE tokens SET moved = (moved::numeric + $18::numeric \
              - (SELECT COALESCE(SUM(amount::numeric), 0) FROM old))::text \
              WHERE token = $17 AND (SELECT count(*) FROM taken) = $16 \
              AND moved::numeric + $18::numeric \
              - (SELECT COALESCE(SUM(amount::numeric), 0) FROM old) <= $19::numeric \
              RETURNING token) \
              INSERT INTO reservations (swap_id, number, token, amount, reserved_at, valid_until, \
              is_live, is_counted) SELECT (SELECT swap_id FROM swap), 1, (SELECT token FROM total), \
              $18, $21, $22, 1, 1 RETURNING swap_id"
);
