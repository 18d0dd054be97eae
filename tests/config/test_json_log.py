"""The log as an object a line."""

import json
import logging
import sys

from config.json_log import JsonFormatter


def line(**fields):
    record = logging.makeLogRecord({"name": "web", "levelname": "ERROR", "created": 0.5} | fields)
    return JsonFormatter().format(record)


def test_a_line_is_one_object():
    told = json.loads(line(msg="%s is\nfull", args=("ディスク",), request_id="7f"))
    assert told == {
        "time": "1970-01-01T00:00:00.500+00:00", "level": "ERROR", "logger": "web",
        "message": "ディスク is\nfull", "request_id": "7f",
    }  # fmt: skip
    assert "\n" not in line(msg="two\nlines")


def test_an_error_comes_with_where_it_was():
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError:
        told = json.loads(line(msg="x", exc_info=sys.exc_info()))
    assert "ZeroDivisionError" in told["exception"]
    assert "request_id" not in told
