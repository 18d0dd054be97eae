"""The shop cases beside the checkout, where they are: served on loopback and walked."""

import importlib.util
import threading
from decimal import Decimal
from pathlib import Path

import pytest

from catalog.sources.category import walk_category
from catalog.visiting.fetching import Fetcher

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is not there")


def records_of(name):
    spec = importlib.util.spec_from_file_location("serve_case", CASES / "serve_case.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    server = module.make_server(next(CASES.glob(f"{name}-*")))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        fetcher = Fetcher("Test/1.0", pause=0, allow_loopback=True, sleep=lambda _: None)
        address = f"http://127.0.0.1:{server.server_port}{server.start_page}"
        return list(walk_category(address, fetcher))
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("case", "item_ids"),
    [("01", ["7001"]), ("02", ["7002"]), ("03", ["7003"]), ("04", ["7004"]),
     ("05", ["7005", "7006"]), ("06", ["7006"]), ("07", ["7007"]), ("08", ["8001", "8002", "8003"])],
)  # fmt: skip
def test_each_case_gives_its_products_and_no_other(case, item_ids):
    assert [record.item_id for record in records_of(case)] == item_ids


def test_cases_have_the_right_values():
    assert records_of("02")[0].price == Decimal("24.50")
    assert records_of("03")[0].image_url.endswith("/img/7003.jpg")
    assert records_of("04")[0].image_url.endswith("/img/7004.jpg")
    assert records_of("06")[0].title == "朱镕牌衬衫"
    assert (records_of("07")[0].price, records_of("07")[0].currency) == (Decimal("1299.00"), "CHF")
    assert [record.image_url[-8:] for record in records_of("05")] == ["7005.jpg", "7006.jpg"]
