-- One row an order. Lists go by (customer, placed_position), (status, placed_position) or
-- placed_position alone, the newest first.
CREATE TABLE orders (
    id              uuid        PRIMARY KEY,
    customer        text        NOT NULL,
    status          text        NOT NULL CHECK (status IN ('placed', 'paid', 'shipped', 'cancelled')),
    total_cents     bigint      NOT NULL,
    items           bigint      NOT NULL,
    paid_by         text,
    paid_at         timestamptz,
    placed_at       timestamptz NOT NULL,
    shipped_at      timestamptz,
    cancelled_at    timestamptz,
    placed_position bigint      NOT NULL
);

CREATE UNIQUE INDEX orders_by_time ON orders (placed_position);
CREATE INDEX orders_by_customer ON orders (customer, placed_position);
CREATE INDEX orders_by_status ON orders (status, placed_position);
