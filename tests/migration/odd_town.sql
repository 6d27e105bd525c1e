-- A small database with everything awkward that a council's may hold.
CREATE EXTENSION citext;
CREATE SCHEMA "Planning Dept";
COMMENT ON SCHEMA "Planning Dept" IS 'It''s ours';
CREATE TYPE "Planning Dept".stage AS ENUM ('asked', 'seen', 'decided');
CREATE DOMAIN postcode AS text CHECK (VALUE ~ '^[A-Z0-9 ]+$');

CREATE TABLE "Planning Dept"."Odd ""Table""" (
    "Id" bigint GENERATED ALWAYS AS IDENTITY (START 7 INCREMENT 3) PRIMARY KEY,
    "what? now" text,
    stage "Planning Dept".stage DEFAULT 'asked',
    place postcode,
    email citext,
    amount double precision,
    fee numeric(12, 4),
    paid money,
    at timestamptz,
    span interval,
    raw bytea,
    tags text[],
    details json,
    more jsonb,
    doubled numeric GENERATED ALWAYS AS (fee * 2) STORED
);
INSERT INTO "Planning Dept"."Odd ""Table""" ("what? now", stage, place, email, amount, fee, paid, at, span, raw, tags, details, more)
SELECT E'line one\nline two\ttab \\N \\. ' || n, 'seen', 'AM1 ' || n, 'Person' || n || '@example.org',
       CASE n % 4 WHEN 0 THEN 'NaN'::float8 WHEN 1 THEN 'Infinity' WHEN 2 THEN n / 3.0 ELSE '-0' END, n / 7.0, n::numeric,
       '2026-10-25 00:30+00'::timestamptz + n * interval '1 hour', n * interval '1 month 1 day 1.5 s',
       decode(md5(n::text), 'hex'), ARRAY['a,b', NULL, '"quoted"'], '{"b": 1, "a": [1,  2]}', '{"b": 1, "a": [1, 2]}'
FROM generate_series(1, 2000) n;
CREATE INDEX "Lower" ON "Planning Dept"."Odd ""Table""" (lower("what? now"));
CREATE UNIQUE INDEX ON "Planning Dept"."Odd ""Table""" (at) WHERE stage = 'decided';

CREATE TABLE visits (at timestamptz, page text, seconds int);
INSERT INTO visits SELECT '2026-01-01', 'home', 3 FROM generate_series(1, 50);
INSERT INTO visits SELECT '2026-01-02', 'page ' || n, n FROM generate_series(1, 50) n;
CREATE TABLE codes (code text NOT NULL UNIQUE, meaning xml);
INSERT INTO codes VALUES ('a', '<p>one</p>'), ('b', '<p>two</p>');
CREATE TABLE nothing ();
CREATE UNLOGGED TABLE scratch (n int PRIMARY KEY, t text);
INSERT INTO scratch SELECT n, 'kept ' || n FROM generate_series(1, 20) n;

CREATE TABLE parts (id int, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE parts_2025 PARTITION OF parts FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE parts_2026 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO parts SELECT n, date '2025-12-01' + n FROM generate_series(1, 60) n;

CREATE TABLE notes (id serial PRIMARY KEY, odd bigint REFERENCES "Planning Dept"."Odd ""Table""" DEFERRABLE, body text NOT NULL);
INSERT INTO notes (odd, body) SELECT "Id", 'note' FROM "Planning Dept"."Odd ""Table""" LIMIT 500;
CREATE TABLE log (n bigserial PRIMARY KEY, note int);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.log (note) VALUES (NEW.id); RETURN NEW; END';
CREATE TRIGGER noted AFTER INSERT ON notes FOR EACH ROW EXECUTE FUNCTION noted();
CREATE VIEW recent AS SELECT n.id, o.stage FROM notes n JOIN "Planning Dept"."Odd ""Table""" o ON o."Id" = n.odd;
CREATE MATERIALIZED VIEW by_stage AS SELECT stage, count(*) AS n FROM recent GROUP BY 1;
CREATE RULE no_delete AS ON DELETE TO log DO INSTEAD NOTHING;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes FOR SELECT TO odd_clerk USING (body <> 'secret');
CREATE STATISTICS at_and_page ON at, page FROM visits;
CREATE SEQUENCE unused;
CREATE SEQUENCE tickets INCREMENT -5 MINVALUE -1000 MAXVALUE 1000 START 100 CYCLE;
SELECT nextval('tickets'), nextval('tickets');
SELECT lo_from_bytea(70001, decode(repeat('00ff', 4000), 'hex')), lo_from_bytea(70002, ''), lo_create(70003);
SELECT lo_put(70003, 100000, 'sparse');
ALTER LARGE OBJECT 70001 OWNER TO odd_owner;
GRANT SELECT ON LARGE OBJECT 70001 TO odd_clerk;
COMMENT ON LARGE OBJECT 70002 IS 'a plan';

ALTER TABLE notes OWNER TO odd_owner;
ALTER SCHEMA "Planning Dept" OWNER TO odd_owner;
GRANT USAGE ON SCHEMA "Planning Dept" TO odd_clerk;
GRANT SELECT, INSERT ON notes TO odd_clerk WITH GRANT OPTION;
GRANT SELECT (page) ON visits TO odd_clerk;
ALTER DEFAULT PRIVILEGES FOR ROLE odd_owner IN SCHEMA "Planning Dept" GRANT SELECT ON TABLES TO odd_clerk;
COMMENT ON COLUMN visits.page IS 'which; -- page';
