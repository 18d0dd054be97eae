from datetime import datetime, timedelta

import pytest

from catalog.sources.sales import UnreadableDates, lasts_between, lasts_now, price_now


def day(days, form="%Y-%m-%d"):
    return (datetime.now().astimezone() + timedelta(days=days)).strftime(form)


@pytest.mark.parametrize(
    ("dates", "lasts"),
    [(f"{day(-7)}/{day(0)}", True), (f"{day(-7)}/{day(-1)}", False), (f"{day(1)}/{day(7)}", False),
     (f"{day(-7)} 00:00/{day(-2)} 23:59", False), (f"{day(-7)}T00:00Z/{day(-2)}T24:00Z", False),
     (f"{day(-7)}T00:00+01:00 / {day(7)}T24:00+0100", True), (f"{day(-7)}/", True), (f"/{day(-2)}", False),
     (f"{day(2)}T00:00Z/", False), (f"{day(-7, '%d.%m.%Y')} - {day(0, '%d.%m.%Y')}", True),
     (f"{day(-7, '%Y%m%d')}/{day(-2, '%Y%m%d')}", False), ("20/11/2001 to 25/11/2001", False),
     ("20261120T000000Z/20261126T235959Z", False), ("20011120T000000Z/20981127T235959Z", True),
     ("20 Nov 2001 - 27 November 2098", True), ("20 Nov 2001/27 Nov 2001", False),
     ("03/04/2001/05/06/2001", False), ("03/04/2001 – 05/06/2998", True)],
)  # fmt: skip
def test_a_sale_lasts_from_its_first_day_to_the_end_of_its_last(dates, lasts):
    assert lasts_now(dates) is lasts


@pytest.mark.parametrize(
    "dates",
    ["soon", "2001-01-01", "2001-13-01/2001-14-01", "2001-01-01T25:00/2998-01-01", "x/2998-01-01",
     "2998-01-01/2001-01-01", "Nov 20/Nov 27", "2001-01-01T10:00 PM/2998-01-01", "1" * 200],
)  # fmt: skip
def test_dates_that_cannot_be_read_are_said_to_be_so(dates):
    with pytest.raises(UnreadableDates):
        lasts_now(dates)


def test_an_order_that_cannot_be_told_counts_only_where_it_makes_a_difference():
    now = datetime.now()
    later = now.replace(day=1) + timedelta(days=400)
    ends = f"{now:%d}/{now:%m}/{now.year}"
    if now.day <= 12 and now.day != now.month:
        with pytest.raises(UnreadableDates):
            lasts_between("", ends)
    else:
        assert lasts_between("", ends)
    assert lasts_between("", f"01/02/{later.year + 1}")


def test_a_sale_whose_dates_cannot_be_read_is_told_and_not_taken():
    said = {"price": "20 EUR", "sale_price": "15 EUR", "sale_dates": "soon"}
    assert price_now(said) == ("20 EUR", "sale_price '15 EUR' (its dates: 'soon')")
    assert price_now(said | {"sale_dates": ""}) == ("15 EUR", "")
    assert price_now({"price": "20", "sale_price": "0", "sale_dates": "soon"}) == ("20", "")
    assert price_now({"price": "20", "sale_price": "15", "sale_ends": "1000000000"}) == ("20", "")


@pytest.mark.parametrize(
    ("sale", "price"), [("15", "EUR 15"), (1.299, "EUR 1.30"), ("$15", "$15"), ("15 EUR", "15 EUR")]
)
def test_a_sale_keeps_the_currency_that_the_price_alone_names(sale, price):
    assert price_now({"price": "20 EUR", "sale_price": sale}) == (price, "")
