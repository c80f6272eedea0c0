-- One of everything that pg_dump knows, as far as PGlite has it.
CREATE SCHEMA shop;
COMMENT ON SCHEMA shop IS 'It''s a "shop"';
CREATE TYPE shop.state AS ENUM ('new', 'paid', 'it''s sent');
CREATE TYPE shop.place AS (street text, number int);
CREATE TYPE shop.floats AS RANGE (subtype = float8);
CREATE DOMAIN shop.price AS numeric(12,2) DEFAULT 0 CHECK (VALUE >= 0);
CREATE SEQUENCE shop.invoice INCREMENT 10 START 1000 CACHE 5;
CREATE COLLATION shop.plain (provider = libc, locale = 'C');

CREATE FUNCTION shop.twice(i int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT i * 2';
CREATE FUNCTION shop.stamp() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  NEW.changed := timestamp '2026-01-02 03:04:05';
  RETURN NEW;
END
$body$;
CREATE PROCEDURE shop.nothing() LANGUAGE plpgsql AS 'BEGIN END';
CREATE AGGREGATE shop.product (int) (sfunc = int4mul, stype = int, initcond = '1');
CREATE OPERATOR shop.=~= (leftarg = int, rightarg = int, function = int4eq);
CREATE CAST (shop.place AS text) WITH INOUT;

CREATE TABLE shop.customer (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL COLLATE shop.plain UNIQUE,
  home shop.place,
  tags text[] DEFAULT '{}',
  details jsonb,
  photo bytea,
  changed timestamp
);
CREATE TRIGGER stamped BEFORE INSERT OR UPDATE ON shop.customer FOR EACH ROW EXECUTE FUNCTION shop.stamp();
CREATE TABLE shop."Order Item" (
  id bigserial PRIMARY KEY,
  customer int NOT NULL REFERENCES shop.customer ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  state shop.state NOT NULL DEFAULT 'new',
  price shop.price,
  doubled numeric GENERATED ALWAYS AS (price * 2) STORED,
  during tstzrange,
  f4 float4, f8 float8, d date, t timetz, i interval, u uuid, n inet, b bit varying, p point, m money, ts tsvector,
  CONSTRAINT dear CHECK (price < 1000000)
);
CREATE INDEX by_customer ON shop."Order Item" (customer, (shop.twice(id::int)) DESC) WHERE state <> 'new';
CREATE INDEX by_tags ON shop.customer USING gin (tags);
CREATE STATISTICS shop.both (dependencies) ON customer, state FROM shop."Order Item";
CREATE TABLE shop.log (at date NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE shop.log_2025 PARTITION OF shop.log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE shop.log_rest PARTITION OF shop.log DEFAULT;
CREATE TABLE shop.base (a int);
CREATE TABLE shop.derived (c text) INHERITS (shop.base);
CREATE UNLOGGED TABLE shop.scratch (v text);
CREATE VIEW shop.paid AS SELECT c.name, o.price FROM shop.customer c JOIN shop."Order Item" o ON o.customer = c.id WHERE o.state = 'paid';
CREATE MATERIALIZED VIEW shop.sums AS SELECT customer, sum(price) AS total FROM shop."Order Item" GROUP BY customer WITH NO DATA;
CREATE RULE quiet AS ON DELETE TO shop.base DO INSTEAD NOTHING;
ALTER TABLE shop.customer ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON shop.customer FOR SELECT USING (name = current_user);
GRANT SELECT ON shop.paid TO PUBLIC;

INSERT INTO shop.customer (name, home, tags, details, photo)
  SELECT E'Grüße \\ "' || i || E'"\t\n', ROW('a,b (c)', i)::shop.place, ARRAY['x', NULL, 'a"b', '{' || i || '}'],
    jsonb_build_object('i', i, 'text', repeat('é', i % 30)), sha256(i::text::bytea)
  FROM generate_series(1, 500) i;
INSERT INTO shop."Order Item" (customer, state, price, during, f4, f8, d, t, i, u, n, b, p, m, ts)
  SELECT 1 + i % 500, (ARRAY['new', 'paid', 'it''s sent'])[1 + i % 3]::shop.state, i / 7.0,
    tstzrange('2026-01-01'::timestamptz, '2026-01-01'::timestamptz + i * interval '1 min'),
    i / 3.0, CASE i % 100 WHEN 0 THEN 'NaN' WHEN 1 THEN '-Infinity' ELSE i / 3.0 END, date '0044-03-15 BC' + i, '04:05:06-08',
    i * interval '1 month 2 days 0.001 s', md5(i::text)::uuid, ('::ffff:10.0.0.1/' || (i % 128))::inet, (i % 256)::bit(8), point(i, -i), i,
    to_tsvector('english', 'the ' || i || ' cats')
  FROM generate_series(1, 20000) i;
INSERT INTO shop.log SELECT date '2025-12-20' + i, repeat('line ', i) FROM generate_series(1, 30) i;
INSERT INTO shop.base VALUES (1), (NULL);
INSERT INTO shop.derived VALUES (2, 'c');
SELECT setval('shop.invoice', 1230);
REFRESH MATERIALIZED VIEW shop.sums;
SELECT lo_from_bytea(4711, decode(repeat('00ff5c0a', 20000), 'hex'));
COMMENT ON LARGE OBJECT 4711 IS 'large';
