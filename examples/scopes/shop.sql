-- Passwords are plain, as nowhere but in an example: yours are hashed (Argon2id).
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT UNIQUE, password TEXT, scopes TEXT, closed INTEGER DEFAULT 0);
CREATE TABLE clerks (id INTEGER PRIMARY KEY, name TEXT UNIQUE, password TEXT, scopes TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers, item TEXT, shipped INTEGER DEFAULT 0);

INSERT INTO customers (name, password, scopes) VALUES ('ada', 'test', 'orders:read orders:write'), ('bob', 'test', 'orders:read');
INSERT INTO clerks (name, password, scopes) VALUES ('eve', 'test', 'stock:ship'), ('max', 'test', 'stock:ship stock:manage');
INSERT INTO orders (customer, item) VALUES (1, 'a kettle'), (2, 'a lamp');
