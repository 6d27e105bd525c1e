#!/usr/bin/python3
"""Every night: yesterday's reports as CSV for the highways team."""

import configparser
import csv
from datetime import date, timedelta

import psycopg2

settings = configparser.ConfigParser(interpolation=None)
settings.read("/etc/report-it/report-it.ini")
day = date.today() - timedelta(days=1)
with psycopg2.connect(connect_timeout=10, **dict(settings["database"])) as connection, connection.cursor() as cursor:
    cursor.execute(
        "SELECT reference, status::text, description FROM reports WHERE created_at >= %s AND created_at < %s",
        (day, day + timedelta(days=1)),
    )
    with open("/var/lib/report-it/%s.csv" % day.isoformat(), "w", newline="") as file:
        csv.writer(file).writerows(cursor)
