#!/usr/bin/python3
"""Report it: residents tell the council what is broken. Behind nginx, on 127.0.0.1:8080.

GET /health        200 when the database answers, 503 when it does not
GET /              the newest reports, and a form
GET /reports/REF   one report as JSON
POST /reports      a new report (form fields category, ward, description); 201 with its reference
"""

import configparser
import html
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import psycopg2

SETTINGS = "/etc/report-it/report-it.ini"
FORM_LIMIT = 64 * 1024

NEWEST = "SELECT reference, description FROM reports ORDER BY id DESC LIMIT 20"
ONE = """SELECT reference, status::text, description, created_at::text, updated_at::text
         FROM reports WHERE reference = %s"""
NEW = """INSERT INTO reports (category_id, ward_id, description) VALUES (%s, %s, %s) RETURNING reference"""


class Database:
    """One connection, made again by name whenever it breaks, so that a change in the DNS is followed."""

    def __init__(self, settings):
        self.settings = settings
        self.lock = threading.Lock()
        self.connection = None

    def query(self, sql, values=()):
        with self.lock:
            try:
                if self.connection is None:
                    self.connection = psycopg2.connect(connect_timeout=3, **self.settings)
                with self.connection, self.connection.cursor() as cursor:
                    cursor.execute(sql, values)
                    return cursor.fetchall()
            except psycopg2.Error:
                if self.connection is not None:
                    self.connection.close()
                self.connection = None
                raise


    def stay_connected(self):
        """Ask now and then, so that the first resident after a break does not wait for the connection."""
        while True:
            try:
                self.query("SELECT 1")
            except psycopg2.Error:
                pass
            time.sleep(2)


class Handler(BaseHTTPRequestHandler):
    server_version = "report-it/2.4"

    def do_GET(self):
        self.answered(self.show)

    def do_POST(self):
        self.answered(self.take)

    def answered(self, work):
        try:
            status, kind, body = work()
        except (psycopg2.OperationalError, psycopg2.InterfaceError, psycopg2.InternalError) as error:
            status, kind, body = 503, "text/plain", "database: %s" % type(error).__name__
        except psycopg2.Error as error:
            status, kind, body = 400, "text/plain", "refused: %s" % type(error).__name__
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind + "; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def show(self):
        if self.path == "/health":
            database.query("SELECT 1")
            return 200, "text/plain", "ok\n"
        if self.path == "/":
            rows = database.query(NEWEST)
            items = "".join("<li>%s: %s</li>" % (html.escape(r), html.escape(d)) for r, d in rows)
            return 200, "text/html", PAGE % items
        if self.path.startswith("/reports/"):
            rows = database.query(ONE, (self.path.rsplit("/", 1)[1],))
            if rows:
                names = ("reference", "status", "description", "created_at", "updated_at")
                return 200, "application/json", json.dumps(dict(zip(names, rows[0])))
        return 404, "text/plain", "not found\n"

    def take(self):
        length = int(self.headers.get("Content-Length", "0"))
        if self.path != "/reports" or length > FORM_LIMIT:
            return 404, "text/plain", "not found\n"
        form = parse_qs(self.rfile.read(length).decode("utf-8", "replace"))
        try:
            values = (int(form["category"][0]), int(form["ward"][0]), form["description"][0])
        except (KeyError, ValueError):
            return 400, "text/plain", "category, ward and description are needed\n"
        [(reference,)] = database.query(NEW, values)
        return 201, "application/json", json.dumps({"reference": reference})


PAGE = """<!doctype html><html lang="en"><title>Report it</title><h1>Report it</h1>
<form method="post" action="/reports"><label>Category <input name="category"></label>
<label>Ward <input name="ward"></label><label>What is wrong? <textarea name="description"></textarea></label>
<button>Send</button></form><h2>Newest reports</h2><ul>%s</ul></html>"""

if __name__ == "__main__":
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(SETTINGS)
    database = Database(dict(settings["database"]))
    threading.Thread(target=database.stay_connected, daemon=True).start()
    ThreadingHTTPServer(("127.0.0.1", 8080), Handler).serve_forever()
