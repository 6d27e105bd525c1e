-- "Shop": garden waste, bin bags, permits. Money and stock.
CREATE DATABASE shop CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE shop;
CREATE TABLE customers (
    id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(120) NOT NULL,
    email VARCHAR(190) NOT NULL UNIQUE,
    address VARCHAR(250) NOT NULL,
    postcode VARCHAR(10) NOT NULL,
    joined DATETIME NOT NULL
);
CREATE TABLE products (
    id SMALLINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(120) NOT NULL,
    price DECIMAL(8, 2) NOT NULL,
    stock INT NOT NULL,
    kind ENUM('waste', 'permit', 'licence', 'gift') NOT NULL
);
CREATE TABLE orders (
    id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    customer_id INT UNSIGNED NOT NULL,
    placed DATETIME(3) NOT NULL,
    total DECIMAL(10, 2) NOT NULL DEFAULT 0,
    paid BIT(1) NOT NULL DEFAULT b'0',
    basket JSON,
    KEY (placed),
    FOREIGN KEY (customer_id) REFERENCES customers (id)
);
CREATE TABLE order_lines (
    order_id BIGINT UNSIGNED NOT NULL,
    product_id SMALLINT UNSIGNED NOT NULL,
    quantity INT NOT NULL,
    price DECIMAL(8, 2) NOT NULL,
    PRIMARY KEY (order_id, product_id),
    FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
    FOREIGN KEY (product_id) REFERENCES products (id)
);
-- Old, without a key and without transactions.
CREATE TABLE till_log (
    at TIMESTAMP NOT NULL,
    till CHAR(4) CHARACTER SET latin1 NOT NULL,
    message VARCHAR(200) CHARACTER SET latin1 NOT NULL
) ENGINE = MyISAM;

LOAD DATA INFILE '/run/bundle/customers.csv' INTO TABLE customers FIELDS TERMINATED BY ',' ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\r\n';
LOAD DATA INFILE '/run/bundle/products.csv' INTO TABLE products FIELDS TERMINATED BY ',' ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\r\n';
LOAD DATA INFILE '/run/bundle/orders.csv' INTO TABLE orders FIELDS TERMINATED BY ',' ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\r\n'
    (id, customer_id, placed, @paid, basket) SET paid = CAST(@paid AS UNSIGNED);
LOAD DATA INFILE '/run/bundle/order_lines.csv' INTO TABLE order_lines FIELDS TERMINATED BY ',' ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\r\n';
LOAD DATA INFILE '/run/bundle/till_log.csv' INTO TABLE till_log FIELDS TERMINATED BY ',' ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\r\n';
UPDATE orders SET total = (SELECT COALESCE(SUM(quantity * price), 0) FROM order_lines WHERE order_id = orders.id);

CREATE VIEW unpaid_orders AS SELECT id, customer_id, placed, total FROM orders WHERE paid = b'0';
DELIMITER //
CREATE TRIGGER order_lines_stock AFTER INSERT ON order_lines FOR EACH ROW
    UPDATE products SET stock = stock - NEW.quantity WHERE id = NEW.product_id//
CREATE PROCEDURE takings(IN day DATE)
    SELECT COUNT(*) AS orders, SUM(total) AS pounds FROM orders WHERE DATE(placed) = day//
CREATE FUNCTION customer_name(customer INT UNSIGNED) RETURNS VARCHAR(120) READS SQL DATA
    RETURN (SELECT name FROM customers WHERE id = customer)//
CREATE EVENT forget_till_log ON SCHEDULE EVERY 1 MONTH DO
    DELETE FROM till_log WHERE at < NOW() - INTERVAL 2 YEAR//
DELIMITER ;
ANALYZE TABLE customers, products, orders, order_lines;
