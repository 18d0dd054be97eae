"""Pictures in a bucket of a real S3 server on loopback: moto's."""

import importlib.util
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from moto.server import ThreadedMotoServer

from catalog import pictures
from catalog.models import Product
from catalog.pictures import Kind, place
from catalog.registry import import_folder
from config import env
from recommender.building import build as building
from runs.outcomes import Status
from tests.conftest import picture_bytes

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def server():
    found = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    found.start()
    host, port = found.get_host_and_port()
    yield f"http://{host}:{port}"
    found.stop()


@pytest.fixture
def bucket(server, settings, monkeypatch):
    """An empty bucket, in which pictures are kept."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    url = f"s3://shop/kept/here?endpoint={server}&region=us-east-1"
    monkeypatch.setenv("PICTURES_STORAGE", url)
    made = boto3.resource("s3", endpoint_url=server, region_name="us-east-1").Bucket("shop")
    made.create()
    made.objects.all().delete()
    settings.STORAGES = settings.STORAGES | {"pictures": env.env_pictures("PICTURES_STORAGE")}
    return made


def keys(bucket):
    return sorted(one.key for one in bucket.objects.all())


def test_a_picture_is_written_read_replaced_and_removed(bucket):
    assert not pictures.exists(Kind.PICTURE, "1")
    pictures.write(Kind.PICTURE, "1", b"one")
    pictures.write_all({place(Kind.PICTURE, "1"): b"two", place(Kind.THUMBNAIL, "a/b"): b"other"})
    assert keys(bucket) == ["kept/here/pictures/1.jpg", "kept/here/thumbnails/%a%2Fb.jpg"]
    assert pictures.exists(Kind.PICTURE, "1")
    assert pictures.read_picture("1") == b"two"
    assert pictures.read_thumbnail("a/b") == b"other"
    pictures.remove("1")
    pictures.remove("1")
    assert keys(bucket) == ["kept/here/thumbnails/%a%2Fb.jpg"]
    with pytest.raises(FileNotFoundError):
        pictures.read_picture("1")
    assert pictures.folder() is None


def test_what_an_import_writes_there_is_embedded_and_served(
    bucket, folder, db, fake_source, client
):
    assert all(one.status is Status.NEW for one in import_folder(folder))
    assert len(keys(bucket)) == 12
    plan = building.plan(fake_source)
    assert [one.status for one in building.embed(plan)] == 6 * [Status.NEW]
    assert building.finish(plan).count == 6
    product = Product.objects.get(item_id="3")
    page = client.get(product.get_absolute_url()).content.decode()
    assert product.picture_url in page or product.thumbnail_url in page
    answer = client.get(product.thumbnail_url)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == pictures.read_thumbnail("3")
    again = client.get(product.thumbnail_url, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert product.srcset in client.get("/browse/").content.decode()
    assert client.get(product.tile_url).status_code == 200
    assert len(keys(bucket)) == 13, "a tile is kept beside its picture"


def test_pictures_of_what_is_hidden_or_not_there_are_not_served(bucket, folder, db, client):
    list(import_folder(folder))
    url = Product.objects.get(item_id="3").thumbnail_url
    assert url.startswith("/media/thumbnails/3.jpg")
    Product.objects.filter(item_id="3").update(hidden=True, last_seen=timezone.now() - timedelta(1))
    assert client.get(url).status_code == 404
    bucket.objects.all().delete()
    assert client.get(Product.objects.get(item_id="4").thumbnail_url).status_code == 404


def test_a_server_that_does_not_answer_is_what_a_disk_is_that_cannot_be_read(
    bucket, settings, monkeypatch, catalogue, fake_source
):
    url = "s3://shop?endpoint=http://127.0.0.1:9&region=us-east-1"
    monkeypatch.setenv("PICTURES_STORAGE", url)
    settings.STORAGES = settings.STORAGES | {"pictures": env.env_pictures("PICTURES_STORAGE")}
    with pytest.raises(OSError, match=r"127\.0\.0\.1:9"):
        pictures.write(Kind.PICTURE, "1", picture_bytes("red"))
    outcomes = list(building.embed(building.plan(fake_source)))
    assert {one.status for one in outcomes} == {Status.FAILED}
    assert all("its picture cannot be read: " in one.detail for one in outcomes)


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("s3://my.shop", {"bucket_name": "my.shop"}),
        ("s3://shop/a/b/", {"bucket_name": "shop", "location": "a/b"}),
        ("s3://shop?region=eu-1", {"bucket_name": "shop", "region_name": "eu-1"}),
        (
            "s3://shop/x?endpoint=https://s3.example:9000",
            {"bucket_name": "shop", "location": "x", "endpoint_url": "https://s3.example:9000"},
        ),
    ],
)
def test_a_url_names_the_bucket(monkeypatch, url, options):
    monkeypatch.setenv("PICTURES_STORAGE", url)
    found = env.env_pictures("PICTURES_STORAGE")
    assert found == {"BACKEND": "catalog.bucket.BucketPictures", "OPTIONS": options}


@pytest.mark.parametrize(
    "url", ["shop", "s3:/shop", "s3://S", "s3://shop?endpoint=s3.example", "s3://shop?acl=public"]
)
def test_what_names_no_bucket_is_refused_in_a_sentence(monkeypatch, url):
    monkeypatch.setenv("PICTURES_STORAGE", url)
    with pytest.raises(ImproperlyConfigured, match="expected s3://bucket/path"):
        env.env_pictures("PICTURES_STORAGE")


@pytest.mark.parametrize("lacking", ["storages", "boto3"])
def test_without_the_extra_it_is_told_what_to_install(monkeypatch, lacking):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == lacking else find(name)
    )
    monkeypatch.setenv("PICTURES_STORAGE", "s3://shop")
    with pytest.raises(ImproperlyConfigured, match=r"pip install 'django-storages\[s3\]'"):
        env.env_pictures("PICTURES_STORAGE")


def test_without_a_bucket_nothing_of_boto_is_imported(tmp_path):
    program = (
        "import sys, django; django.setup()\n"
        "from catalog import pictures; pictures.storage()\n"
        "print({'boto3', 'botocore', 'storages'} & set(sys.modules))"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "VAR_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.strip() == "set()", done.stderr
