-- One row a swap: where it is, where its chain ends, and who may write to it.
CREATE TABLE swaps (
    swap_id TEXT NOT NULL PRIMARY KEY,
    idempotency_key TEXT NOT NULL UNIQUE,
    request BYTEA NOT NULL,
    environment TEXT NOT NULL,
    state TEXT NOT NULL,
    is_open BIGINT NOT NULL CHECK (is_open IN (0, 1)),
    entries BIGINT NOT NULL,
    head BYTEA NOT NULL,
    committed BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    holder TEXT NOT NULL,
    free_at BIGINT NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX swaps_by_state ON swaps (state, swap_id);
-- None holds free_at: who only takes a lease then changes no index, and finds room in the row's page.
CREATE INDEX swaps_open ON swaps (swap_id) WHERE is_open = 1;
CREATE INDEX swaps_changed ON swaps (swap_id) WHERE committed < entries;

-- What happened, in canonical bytes; never changed, never deleted.
CREATE TABLE entries (
    swap_id TEXT NOT NULL REFERENCES swaps (swap_id),
    sequence BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    entry BYTEA NOT NULL,
    PRIMARY KEY (swap_id, sequence)
);

-- What approvals take. One that is live keeps its swap from a second one; one that is counted
-- counts towards its token's day.
CREATE TABLE reservations (
    swap_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    token TEXT NOT NULL,
    amount TEXT NOT NULL,
    reserved_at BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    is_live BIGINT NOT NULL CHECK (is_live IN (0, 1)),
    is_counted BIGINT NOT NULL CHECK (is_counted IN (0, 1)),
    PRIMARY KEY (swap_id, number)
);
CREATE UNIQUE INDEX reservations_live ON reservations (swap_id) WHERE is_live = 1;
CREATE INDEX reservations_counted ON reservations (token, reserved_at) WHERE is_counted = 1;

-- Each nonce, coin and message, and the one swap that it belongs to, for good unless
-- it was never let out.
CREATE TABLE resources (
    resource TEXT NOT NULL PRIMARY KEY,
    swap_id TEXT NOT NULL
);
CREATE INDEX resources_by_swap ON resources (swap_id);

-- How much of each token is counted: the sum of its counted reservations.
CREATE TABLE tokens (
    token TEXT NOT NULL PRIMARY KEY,
    moved TEXT NOT NULL
);

-- How many swaps are at each end. Each count is spread over rows, whose sum it is.
CREATE TABLE tallies (
    state TEXT NOT NULL,
    shard TEXT NOT NULL,
    swaps BIGINT NOT NULL,
    PRIMARY KEY (state, shard)
);

-- Signed commitments to where the chains of swaps ended, each bound to the one before.
CREATE TABLE checkpoints (
    number BIGINT NOT NULL PRIMARY KEY,
    checkpoint BYTEA NOT NULL,
    signature BYTEA NOT NULL
);
CREATE TABLE checkpoint_heads (
    number BIGINT NOT NULL,
    swap_id TEXT NOT NULL,
    entries BIGINT NOT NULL,
    head BYTEA NOT NULL,
    PRIMARY KEY (number, swap_id)
);
