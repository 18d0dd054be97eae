"""The nginx of docs/run.md, as it stands there, before a real gunicorn."""

import os
import re
import shutil
import socket
import subprocess
import sys

import pytest
import requests

from tests.test_serving import ROOT, SERVE, answers, eventually

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("nginx") and shutil.which("openssl")), reason="needs nginx and openssl"
    ),
]
HOST = "look.shop.example"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def block_in_the_docs() -> str:
    return re.search(r"```nginx\n(.*?)```", (ROOT / "docs/run.md").read_text(), re.S).group(1)


@pytest.fixture
def gunicorn(tmp_path):
    environment = os.environ | {
        "VAR_DIR": str(tmp_path / "var"), "DATABASE_URL": f"sqlite:///{tmp_path}/db",
        "BIND": "127.0.0.1:0", "BEHIND_TLS_PROXY": "on", "ALLOWED_HOSTS": HOST,
        "CSRF_TRUSTED_ORIGINS": f"https://{HOST}",
    }  # fmt: skip
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=environment, cwd=ROOT)
    with subprocess.Popen(
        SERVE, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as site:
        yield int(re.search(r":(\d+)", site.stdout.readline().split("//")[1]).group(1))
        site.terminate()


@pytest.fixture
def nginx(tmp_path, gunicorn):
    """The port where nginx listens."""
    certificate, key, port = tmp_path / "look.crt", tmp_path / "look.key", free_port()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
         f"/CN={HOST}", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    block = block_in_the_docs()
    for written, here in [
        ("listen 443", f"listen 127.0.0.1:{port}"), ("127.0.0.1:8000", f"127.0.0.1:{gunicorn}"),
        ("/etc/ssl/look.crt", str(certificate)), ("/etc/ssl/look.key", str(key)),
    ]:  # fmt: skip
        assert written in block
        block = block.replace(written, here)
    for folder in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
        block = f"{folder}_temp_path {tmp_path};\n".replace("body_", "client_body_") + block
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off;\n{block} }}"
    )
    with subprocess.Popen(["nginx", "-p", tmp_path, "-c", tmp_path / "nginx.conf"]) as server:
        assert eventually(lambda: answers(("127.0.0.1", port))), (
            tmp_path / "error.log"
        ).read_text()
        yield port
        server.terminate()


def get(port, path):
    # The certificate is our own, and is for another name than 127.0.0.1.
    return requests.get(
        f"https://127.0.0.1:{port}{path}", headers={"Host": HOST}, verify=False, timeout=10
    )


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_the_site_behind_nginx_speaks_tls_and_knows_it(nginx, gunicorn):
    browse = get(nginx, "/browse/")
    assert browse.status_code == 200
    assert browse.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert get(nginx, "/static/css/lookalike.css").status_code == 200
    log_in = get(nginx, "/admin/login/")
    assert "Secure" in log_in.headers["Set-Cookie"]
    plain = requests.get(
        f"http://127.0.0.1:{gunicorn}/browse/", headers={"Host": HOST}, timeout=10,
        allow_redirects=False,
    )  # fmt: skip
    assert plain.headers["Location"] == f"https://{HOST}/browse/"
