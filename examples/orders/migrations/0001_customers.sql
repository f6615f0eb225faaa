-- What customers are called. Nothing of the framework: a table as the service has had it all along.
CREATE TABLE customers (
    id   text PRIMARY KEY,
    name text NOT NULL
);
