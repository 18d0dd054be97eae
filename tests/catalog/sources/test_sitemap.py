import gzip

import pytest

from catalog.records import SourceError, Unreadable
from catalog.registry import find
from catalog.sources.sitemap import names_products, walk_sitemap
from catalog.visiting.pages import CountedPages
from tests.catalog.sources.test_category import json_ld, product
from tests.shops import Shop

IMAGES = "http://www.google.com/schemas/sitemap-image/1.1"


def urlset(*entries) -> str:
    inner = "".join(e if e.startswith("<") else f"<url><loc>{e}</loc></url>" for e in entries)
    namespaces = f'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="{IMAGES}"'
    return f'<?xml version="1.0"?><urlset {namespaces}>{inner}</urlset>'


def index(*addresses) -> str:
    inner = "".join(f"<sitemap><loc>{address}</loc></sitemap>" for address in addresses)
    return (
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</sitemapindex>'
    )


def page(item_id, **more) -> str:
    return json_ld(product(item_id, **more))


def ids(shop, fetcher, path="/sitemap.xml"):
    return [record.key for record in walk_sitemap(f"{shop.url}{path}", fetcher)]


def test_the_pages_of_products_are_visited(fetcher):
    with Shop({"/p/1": page("1"), "/p/2": page("2")}) as shop:
        shop.answers["/sitemap.xml"] = urlset(f"{shop.url}/p/1", f"{shop.url}/p/2")
        assert ids(shop, fetcher) == ["1", "2"]


def test_an_index_and_packed_sitemaps_are_followed(fetcher):
    with Shop({"/p/1": page("1"), "/p/2": page("2")}) as shop:
        shop.answers |= {
            "/sitemap.xml": index(f"{shop.url}/a.xml.gz", f"{shop.url}/b.xml"),
            "/a.xml.gz": gzip.compress(urlset(f"{shop.url}/p/1").encode()),
            "/b.xml": index(f"{shop.url}/c.xml"),
            "/c.xml": urlset(f"{shop.url}/p/2", f"{shop.url}/p/1"),
        }
        assert ids(shop, fetcher) == ["1", "2"]


def test_sitemaps_and_pages_of_other_things_are_not_visited(fetcher):
    with Shop({"/products/1": page("1")}) as shop:
        shop.answers |= {
            "/sitemap.xml": index(f"{shop.url}/sitemap_blogs.xml", f"{shop.url}/sitemap_products.xml"),
            "/sitemap_products.xml": urlset(f"{shop.url}/", f"{shop.url}/about", f"{shop.url}/products/1"),
        }  # fmt: skip
        assert ids(shop, fetcher) == ["1"]
        assert shop.requests == [
            "/robots.txt",
            "/sitemap.xml",
            "/sitemap_products.xml",
            "/products/1",
        ]


def test_where_nothing_looks_like_a_product_all_pages_are_visited(fetcher):
    with Shop({"/red-tee": page("1"), "/about": "<h1>About</h1>"}) as shop:
        shop.answers["/sitemap.xml"] = urlset(f"{shop.url}/about", f"{shop.url}/red-tee")
        assert ids(shop, fetcher) == ["1"]


def test_pictures_of_the_sitemap_complete_those_of_the_page(fetcher):
    with Shop({"/p/1": page("1", image="/i/1.jpg"), "/p/2": page("2", image=None)}) as shop:
        images = "".join(
            f"<image:image><image:loc>{shop.url}/i/{n}.jpg</image:loc></image:image>" for n in "ab"
        )
        shop.answers["/sitemap.xml"] = urlset(
            *(f"<url><loc>{shop.url}/p/{n}</loc>{images}</url>" for n in "12")
        )
        one, two = walk_sitemap(f"{shop.url}/sitemap.xml", fetcher)
        assert one.image_urls == tuple(f"{shop.url}/i/{n}.jpg" for n in "1ab")
        assert two.image_url == f"{shop.url}/i/a.jpg"


def test_a_page_that_fails_is_named_and_the_others_kept(fetcher):
    with Shop({"/p/2": page("2"), "/p/3": "<h1>Nothing</h1>"}) as shop:
        shop.answers["/sitemap.xml"] = urlset(*(f"{shop.url}/p/{n}" for n in "123"))
        found = list(walk_sitemap(f"{shop.url}/sitemap.xml", fetcher))
    assert [type(record) is Unreadable for record in found] == [True, False, True]
    assert "404" in found[0].reason


def test_other_hosts_and_files_are_not_visited_at_a_sitemaps_word(fetcher):
    with Shop({"/p/1": page("1")}) as shop:
        shop.answers["/sitemap.xml"] = urlset(
            "http://other.example/p/1", "file:///etc/passwd", "javascript:x", "http://[",
            f"{shop.url}/p/1",
        )  # fmt: skip
        assert ids(shop, fetcher) == ["1"]


def test_sitemaps_that_name_each_other_end(fetcher):
    with Shop({"/p/1": page("1")}) as shop:
        shop.answers |= {
            "/sitemap.xml": index(f"{shop.url}/a.xml", f"{shop.url}/sitemap.xml"),
            "/a.xml": index(f"{shop.url}/sitemap.xml", f"{shop.url}/b.xml"),
            "/b.xml": urlset(f"{shop.url}/p/1"),
        }
        assert ids(shop, fetcher) == ["1"]


@pytest.mark.parametrize(
    "body", ["", "<urlset>", "<html></html>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"]
)
def test_what_is_no_sitemap_is_named(fetcher, body):
    with Shop({"/sitemap.xml": body}) as shop, pytest.raises(SourceError, match=r"sitemap\.xml"):
        ids(shop, fetcher)


def test_whether_it_names_products_is_told_without_visiting_them(fetcher):
    with Shop() as shop:
        shop.answers = {
            "/1.xml": index(f"{shop.url}/sitemap_products_1.xml"),
            "/2.xml": urlset(f"{shop.url}/about", f"{shop.url}/products/red-tee"),
            "/3.xml": urlset(f"{shop.url}/about", f"{shop.url}/blog/red"),
        }
        told = [names_products(f"{shop.url}/{n}.xml", fetcher) for n in "123"]
        assert told == [True, True, False]


def test_a_sitemap_that_fails_is_told_of_after_the_others(fetcher):
    """Told of, so that no product of it is taken for gone."""
    with Shop({"/p/1": page("1")}) as shop:
        shop.answers |= {
            "/sitemap.xml": index(f"{shop.url}/products-1.xml", f"{shop.url}/products-2.xml"),
            "/products-2.xml": urlset(f"{shop.url}/p/1"),
        }
        found = walk_sitemap(f"{shop.url}/sitemap.xml", fetcher)
        assert next(found).item_id == "1"
        with pytest.raises(SourceError, match=r"products-1\.xml: HTTP status 404"):
            next(found)


TEXT = "{0}/about\r\n\r\n{0}/p/1\n{0}/p/2"
FORMS = {
    "text": (TEXT, "text/plain"),
    "text with a byte order mark": ("\ufeff" + TEXT, "text/plain; charset=utf-8"),
    "text in UTF-16": ((TEXT, "utf-16"), "text/plain"),
    "text with old line ends": (TEXT.replace("\n", "\r"), "text/plain"),
    "text that is called HTML": (TEXT, "text/html"),
    "packed text": ((TEXT, "gzip"), "application/gzip"),
    "packed text with a mark": (("\ufeff" + TEXT, "gzip"), "application/x-gzip"),
    "RSS": (
        "<rss version='2.0'><channel><link>{0}/</link><image><url>{0}/logo.png</url></image>"
        "<item><title>About</title><link>{0}/about</link></item>"
        "<item><link> {0}/p/1 </link><guid isPermaLink='false'>77</guid></item>"
        "<item><guid>{0}/p/2</guid></item></channel></rss>", "application/rss+xml"),
    "RSS 1.0": (
        "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
        "xmlns='http://purl.org/rss/1.0/'><channel/><item><link>{0}/p/1</link></item>"
        "<item><link>{0}/p/2</link></item></r:RDF>", "text/xml"),
    "Atom": (
        "<feed xmlns='http://www.w3.org/2005/Atom'><link rel='self' href='{0}/feed'/>"
        "<entry><link rel='enclosure' href='{0}/i.mp3'/><link href='{0}/p/1'/></entry>"
        "<entry><link rel='alternate' type='text/html' href='{0}/p/2'/></entry></feed>",
        "application/atom+xml"),
}  # fmt: skip


def in_form(form, shop):
    written, kind = FORMS[form]
    body, how = written if isinstance(written, tuple) else (str(written), "")
    text = body.format(shop.url)
    data = gzip.compress(text.encode()) if how == "gzip" else text.encode(how or "utf-8")
    return 200, {"Content-Type": kind}, data


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("named_by", ["robots.txt", "an index", "its address"])
def test_a_sitemap_in_any_form_leads_to_the_products(fetcher, form, named_by):
    with Shop({"/p/1": page("1"), "/p/2": page("2"), "/": "<h1>Welcome</h1>"}) as shop:
        shop.answers |= {
            "/robots.txt": f"User-agent: *\nDisallow: /cart\nSitemap: {shop.url}/map.txt\n",
            "/map.txt": in_form(form, shop), "/index.xml": index(f"{shop.url}/map.txt"),
        }  # fmt: skip
        path = {"robots.txt": "/", "an index": "/index.xml", "its address": "/map.txt"}[named_by]
        found = find(f"{shop.url}{path}", CountedPages(fetcher, most=100))
        assert found.way.name == "sitemap"
        assert ids(shop, fetcher, path) == ["1", "2"]


@pytest.mark.parametrize(
    "body", ["id,title\n1,Tee", "Hello\nsee {0}/p/1\nand more\nof it", "# no address", "\0\0", "{}"]
)
def test_a_text_that_lists_no_addresses_is_no_sitemap(fetcher, body):
    with Shop() as shop:
        shop.answers["/map.txt"] = (200, {"Content-Type": "text/plain"}, body.encode())
        assert find(f"{shop.url}/map.txt", CountedPages(fetcher, most=100)).way.name != "sitemap"
        with pytest.raises(SourceError, match=r"map\.txt"):
            ids(shop, fetcher, "/map.txt")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("path", ["/feed", "/feed.txt"])
def test_a_table_that_is_called_plain_text_is_a_table(fetcher, separator, path):
    lines = ["id,title,link,image_link", *(f"{n},Tee,{{0}}/p/{n},{{0}}/i/{n}.jpg" for n in "1234")]
    with Shop() as shop:
        table = "\n".join(lines).format(shop.url).replace(",", separator)
        for body in (table, f"sep={separator}\n{table}", f"Our products\n\n{table}"):
            for encoding in ("utf-8", "utf-16"):
                plain = (200, {"Content-Type": "text/plain"}, body.encode(encoding))
                shop.answers[path] = plain
                found = find(f"{shop.url}{path}", CountedPages(fetcher, most=100))
                assert found.way.name == "table", (body, encoding)


def test_a_packed_text_that_is_cut_short_is_named(fetcher):
    with Shop({"/p/1": page("1")}) as shop:
        packed = gzip.compress(f"{shop.url}/p/1\n{shop.url}/p/2\n".encode())
        shop.answers["/map.txt.gz"] = packed[:-9]
        with pytest.raises(SourceError, match="cut short"):
            ids(shop, fetcher, "/map.txt.gz")


def test_a_feed_with_products_pictures_stays_a_feed(fetcher):
    rss = ("<rss xmlns:g='http://base.google.com/ns/1.0'><channel><item><g:id>1</g:id>"
           "<g:image_link>/i/1.jpg</g:image_link></item></channel></rss>")  # fmt: skip
    with Shop({"/feed": rss}) as shop:
        assert find(f"{shop.url}/feed", CountedPages(fetcher, most=100)).way.name == "feed"
