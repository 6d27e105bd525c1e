-- A small database with everything awkward that a council's may hold.
CREATE SEQUENCE tickets START WITH 100 INCREMENT BY 5;
CREATE TABLE berths (
    id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    `what? now` TEXT,
    stage ENUM('asked', 'seen', 'dé''cided') CHARACTER SET utf8mb3 DEFAULT 'asked',
    tags SET('a', 'b'),
    amount DOUBLE,
    small FLOAT,
    fee DECIMAL(30, 10),
    at TIMESTAMP(6) NULL,
    day DATE,
    span TIME(3),
    raw VARBINARY(300),
    pic LONGBLOB,
    bits BIT(11),
    place POINT,
    details JSON CHECK (JSON_VALID(details)),
    doubled DECIMAL(31, 10) AS (fee * 2) STORED,
    shown VARCHAR(50) AS (CONCAT('<', id, '>')) VIRTUAL,
    FULLTEXT KEY words (`what? now`)
) AUTO_INCREMENT = 1000 COMMENT 'It''s ours';
INSERT INTO berths (`what? now`, stage, tags, amount, small, fee, at, day, span, raw, pic, bits, place, details)
SELECT CONCAT('line one\nline two\ttab \\N NULL ''quoted'' é ', seq), 'dé''cided', 'a,b', seq / 3, seq / 7, seq / 7,
       '2026-10-25 00:30:00.123456' + INTERVAL seq HOUR, '2026-01-01' + INTERVAL seq DAY, '-01:02:03.456',
       UNHEX(MD5(seq)), REPEAT(UNHEX('00ff5c270a0d1a'), seq), b'10101010101', POINT(seq, -seq), '{"b": 1, "a": [1,  2]}'
FROM seq_1_to_500;
INSERT INTO berths (`what? now`, amount) VALUES ('NULL', NULL), ('', 0), (NULL, -0e0);
DELETE FROM berths WHERE id > 1500;
CREATE TABLE `Odd "Table"` (
    a INT NOT NULL, b VARCHAR(20) CHARACTER SET latin1 NOT NULL, berth BIGINT UNSIGNED, PRIMARY KEY (a, b),
    CONSTRAINT moored FOREIGN KEY (berth) REFERENCES berths (id) ON DELETE CASCADE
);
INSERT INTO `Odd "Table"` SELECT seq, CONCAT('£', seq), 999 + seq FROM seq_1_to_300;
CREATE TABLE by_year (day DATE NOT NULL, n INT) PARTITION BY RANGE (YEAR(day))
    (PARTITION old VALUES LESS THAN (2025), PARTITION new VALUES LESS THAN MAXVALUE);
INSERT INTO by_year SELECT '2024-06-01' + INTERVAL seq DAY, seq FROM seq_1_to_400;
CREATE TABLE till_log (at TIMESTAMP NOT NULL, message VARCHAR(100)) ENGINE = MyISAM;
INSERT INTO till_log SELECT '2026-01-01 12:00:00', CONCAT('twice ', seq DIV 2) FROM seq_1_to_300;
DELIMITER //
CREATE FUNCTION harbour_name(n BIGINT) RETURNS VARCHAR(50) DETERMINISTIC BEGIN DECLARE x VARCHAR(50); SET x = CONCAT('b;', n); RETURN x; END//
CREATE TRIGGER counted AFTER INSERT ON berths FOR EACH ROW INSERT INTO by_year VALUES ('2026-11-23', NEW.id)//
CREATE PROCEDURE free_berths(IN n INT) SQL SECURITY INVOKER BEGIN SELECT COUNT(*) FROM berths; SELECT n; END//
CREATE EVENT hourly ON SCHEDULE EVERY 1 HOUR STARTS '2030-01-01 00:00:00' COMMENT 'by the hour' DO BEGIN SELECT 1; SELECT 2; END//
CREATE EVENT asleep ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE DO SELECT 1//
DELIMITER ;

CREATE VIEW later AS SELECT id, stage FROM berths WHERE stage = _utf8'seen';
CREATE VIEW earlier AS SELECT l.id, harbour_name(l.id) AS name FROM later l;
