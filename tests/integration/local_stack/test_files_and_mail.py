"""Files of the browser client, and mail that was sent."""

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from chalicelib.runtime.errors import NotFound
from infra.local.aws import client
from infra.local.mail import Mail, page
from infra.local.static import StaticFiles
from infra.local.testing import Serving
from tests.integration.local_stack.tiny import fetch

SENDER = "earshot@example.org"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder of files beside a secret that no path may reach."""
    root = tmp_path / "static"
    (root / "js").mkdir(parents=True)
    (root / "js" / "page.js").write_text("export {};")
    (root / "a b.css").write_text("p {}")
    (tmp_path / "secret.txt").write_text("secret")
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    return root


def test_a_file_comes_with_its_type_and_the_pages_headers(files: Path, stack: Serving) -> None:
    answer = fetch(stack.stack.port, "/assets/js/page.js?v=1")

    assert (answer.status, answer.body) == (200, b"export {};")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert fetch(stack.stack.port, "/assets/a%20b.css").headers["Content-Type"] == "text/css; charset=utf-8"


def test_an_unchanged_file_is_not_sent_again(files: Path, stack: Serving) -> None:
    tag = fetch(stack.stack.port, "/assets/js/page.js").headers["ETag"]
    again = fetch(stack.stack.port, "/assets/js/page.js", headers={"If-None-Match": tag})
    (files / "js" / "page.js").write_text("export { };")
    changed = fetch(stack.stack.port, "/assets/js/page.js", headers={"If-None-Match": tag})

    assert (again.status, again.body, changed.status) == (304, b"", 200)


def test_head_and_other_methods(files: Path, stack: Serving) -> None:
    head = fetch(stack.stack.port, "/assets/js/page.js", "HEAD")
    assert (head.status, head.headers["Content-Length"], head.body) == (200, "10", b"")
    assert fetch(stack.stack.port, "/assets/js/page.js", "POST").status == 405


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "js/../../secret.txt", "js/..%2f..%2fsecret.txt",
        "%2e%2e%2fsecret.txt", "..%5csecret.txt", "/secret.txt", "%2fetc%2fpasswd", "/etc/passwd", "link.txt", "",
        ".", "js", "js/", "%00", "js/page.js%00", "%ff", "x" * 5_000, "page.js/..", "....//secret.txt",
    ],
)  # fmt: skip
def test_nothing_outside_the_folder_is_there(files: Path, stack: Serving, path: str) -> None:
    """Also not by a link, by bytes that are no text, or by a folder's name."""
    answer = fetch(stack.stack.port, f"/assets/{path}")

    assert answer.status == 404
    assert b"secret" not in answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"


@given(parts=st.lists(st.sampled_from(["..", "%2e%2e", "/", "%2f", "js", "secret.txt", ".", "\\", "%5c", "~"])))
def test_no_path_leads_outside(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    folder = tmp_path_factory.getbasetemp() / "walk"
    (folder / "static" / "js").mkdir(parents=True, exist_ok=True)
    (folder / "secret.txt").write_text("secret")

    with pytest.raises(NotFound):
        StaticFiles(folder / "static")._find("".join(parts))


def test_mail_is_caught_and_shown_as_text(stack: Serving) -> None:
    """C5, D8: nothing is sent; what a message says cannot run in the page."""
    mailer = client("ses")
    mailer.verify_email_identity(EmailAddress=SENDER)
    mailer.send_email(
        Source=SENDER,
        Destination={"ToAddresses": ["someone@example.org"]},
        Message={
            "Subject": {"Data": "Hello <b>"},
            "Body": {"Text": {"Data": "<script>alert(1)</script> https://x.example/?a=1&b=2 bye"}},
        },
    )
    eight_bit = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit"
    raw = f"From: {SENDER}\r\nTo: other@example.org\r\nSubject: Raw\r\n{eight_bit}\r\n\r\nДобро пожаловать, été"
    mailer.send_raw_email(Source=SENDER, Destinations=["other@example.org"], RawMessage={"Data": raw.encode()})

    shown = fetch(stack.stack.port, "/dev/mail").body.decode()
    assert "<script>" not in shown
    assert "Hello &lt;b&gt;" in shown
    assert 'href="https://x.example/?a=1&amp;b=2"' in shown
    listed = fetch(stack.stack.port, "/dev/mail", headers={"Accept": "application/json"}).json()
    assert [(one["to"], one["subject"]) for one in listed] == [
        (["other@example.org"], "Raw"),
        (["someone@example.org"], "Hello <b>"),
    ]
    assert listed[0]["text"] == "Добро пожаловать, été"


@given(text=st.text(st.sampled_from("<>\"'&htps:/.ax "), max_size=60))
def test_no_mail_escapes_into_the_page(text: str) -> None:
    shown = page([Mail((text,), text, text)])
    inside = shown.split("<article>")[1].split("</article>")[0]
    for known in ("<h2>", "</h2>", "<p>", "</p>", "<pre>", "</pre>", "</a>", '" rel="noreferrer">', '<a href="'):
        inside = inside.replace(known, "")

    assert not set(inside) & set("<>\"'")
