"""`manage.py evaluate`, on 36 real photos and a fake network."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from catalog import pictures
from catalog.models import Product
from catalog.registry import import_folder
from recommender.embedders import registry
from recommender.embedders.contract import EmbedderError
from recommender.live import current, paths, publishing, selection
from tests.conftest import picture_bytes
from tests.fake_embedder import SPEC, FakeSource
from tests.indexes import index_of
from tests.recommender.evaluation.builds import build

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.django_db


def evaluate(capsys, **options):
    call_command("evaluate", **options)
    return capsys.readouterr().out


def refusal(**options):
    with pytest.raises(CommandError) as refused:
        call_command("evaluate", **options)
    return str(refused.value)


def publish(vectors):
    """Makes an index of these vectors live that the fake network could have made."""
    index = index_of(vectors)
    manifest = replace(
        index.manifest, preprocessing=SPEC.preprocessing, embedder="fake", layer=SPEC.layer
    )
    publishing.publish(replace(index, manifest=manifest))


def test_every_figure_stands_in_the_table_with_its_interval(photos, capsys):
    said = evaluate(capsys)
    assert said.startswith("fake, built ")
    assert "36 products, all asked, 36 of them altered." in said
    for title in ("(P@1)", "(P@5)", "(P@10)", "(macro P@5)", "(mAP@100)", "Mild", "Hard",
                  "Another backdrop", "On plain white", "Blurred", "Never shown", "(ΔE)",
                  "The metrics agree", "A picture through the network"):  # fmt: skip
        assert title in said
    row = next(line for line in said.splitlines() if "(P@5)" in line)
    assert row.count("%") == 2  # the share, and what chance would give
    assert " to " in row


def test_the_same_seed_says_the_same_and_another_draws_others(photos, tmp_path):
    files = [tmp_path / f"{name}.json" for name in ("one", "two", "three")]
    for file, seed in zip(files, (1, 1, 2), strict=True):
        call_command("evaluate", json=file, seed=seed, sample=20, verbosity=0)
    one, two, three = (json.loads(file.read_text())["figures"] for file in files)
    assert one == two != three


def test_the_json_holds_what_the_table_says(photos, tmp_path, capsys):
    file = tmp_path / "new folder" / "figures.json"
    said = evaluate(capsys, json=file, sample=30)
    assert f"Written: {file}" in said
    told = json.loads(file.read_text())
    assert (told["products"], told["asked"], told["altered"], told["seed"]) == (36, 30, 30, 0)
    assert told["index"]["embedder"] == "fake"
    figures = {figure["key"]: figure for figure in told["figures"]}
    five = figures["precision_at_5"]
    assert 0 <= five["low"] < five["value"] < five["high"] <= 1
    assert f"{100 * five['value']:.1f} %" in said
    assert five["difference"] is None
    assert {cost["key"] for cost in told["costs"][0]} == {
        "embedding", "search", "index_size", "evaluation_peak",
    }  # fmt: skip


def test_it_is_compared_with_what_rollback_would_bring_back(photos, fake_source, tmp_path, capsys):
    """Before, it held the photos less one hat: all are compared that both have."""
    gone = Product.objects.filter(category="hat").first().item_id
    Product.objects.filter(item_id=gone).update(hidden=True)
    build(fake_source)
    file = tmp_path / "a.json"
    said = evaluate(capsys, against="previous", json=file)
    assert "Compared with before: fake, built " in said
    assert "35 products" in said
    assert "Compared among the 35 products with the same picture in both." in said
    for figure in json.loads(file.read_text())["figures"]:
        assert figure["difference"]["value"] == 0, figure["key"]
        assert figure["verdict"] == ""
    assert fake_source.loaded[-1].embedded == 35 * 12  # once for both: it is the same network


def test_what_has_become_better_is_told_so(photos, capsys):
    """Before, nothing but noise was compared."""
    index = current.live_index()
    ids = [str(item_id) for item_id in index.item_ids]
    hashes = [content_hash.decode() for content_hash in index.content_hashes]
    noise = np.random.default_rng(0).random((36, 48)).astype(np.float32)
    publishing.publish(type(index).build(index.manifest, ids, hashes, noise))
    publishing.publish(index)
    said = evaluate(capsys, against="previous")
    mild = next(line for line in said.splitlines() if line.startswith("  Mild"))
    assert mild.endswith("better")
    assert "(+" in mild


def test_two_networks_are_compared_and_each_embeds_its_own_copies(photos, monkeypatch, capsys):
    spec = replace(SPEC, name="other")
    monkeypatch.setitem(registry.EMBEDDERS, "other", spec)
    sources = {"fake": FakeSource(), "other": FakeSource(spec)}
    monkeypatch.setattr(selection, "embedder_to_build", lambda name="", precision="": sources[name])
    index = current.live_index()
    publishing.publish(replace(index, manifest=replace(index.manifest, embedder="other")))
    said = evaluate(capsys, against="other", sample=15)
    assert "Compared with other, built " in said
    assert [source.embedded for source in sources.values()] == [15 * 12, 15 * 12]


def test_a_previous_index_of_other_weights_is_compared_but_for_the_copies(photos, capsys):
    index = current.live_index()
    older = replace(index.manifest, weights_sha256="1" * 64)
    publishing.publish(replace(index, manifest=older))
    publishing.publish(index)
    said = evaluate(capsys, against="previous")
    assert "was made by another state of fake; altered pictures cannot be tried with it." in said
    rows = {line.strip().partition("  ")[0]: line for line in said.splitlines()}
    assert "(0.0 to 0.0)" in rows["The five nearest (P@5)"]
    assert "(" not in rows["Hard"]


def test_it_changes_nothing(photos, capsys):
    before = {path: path.stat().st_mtime_ns for path in paths.index_path("fake").parent.iterdir()}
    evaluate(capsys)
    after = {path: path.stat().st_mtime_ns for path in paths.index_path("fake").parent.iterdir()}
    assert before == after


def test_categories_in_two_scripts_are_measured_as_any_others(photos, capsys):
    Product.objects.filter(category="hat").update(category="帽子")
    Product.objects.filter(category="shoes").update(category="Обувь")
    assert "(macro P@5)" in evaluate(capsys)


def test_without_categories_the_rest_is_measured(photos, capsys):
    Product.objects.update(category="")
    said = evaluate(capsys)
    assert "No product has a category, so nothing is said of categories." in said
    assert "P@5" not in said
    assert "Never shown" in said


def test_one_category_tells_nothing(photos, capsys):
    Product.objects.update(category="clothes")
    said = evaluate(capsys)
    assert "All products are of one category, so nothing is said of categories." in said
    assert "P@5" not in said


def test_pictures_that_have_gone_are_named_and_the_rest_is_measured(photos, capsys):
    ids = Product.objects.values_list("item_id", flat=True)[:5]
    for item_id in ids:
        for kind in pictures.Kind:
            pictures.storage().delete(pictures.place(kind, item_id))
    said = evaluate(capsys)
    assert f"5 of 36 pictures to alter ({ids[0]}, {ids[1]}, {ids[2]}, …)" in said
    assert "31 of them altered" in said
    Product.objects.update(gone_since="2026-11-27T00:00:00Z")
    assert "(P@5)" in evaluate(capsys)


def test_where_all_pictures_have_gone_the_lists_are_measured(photos, capsys):
    for kind in pictures.Kind:
        for item_id in Product.objects.values_list("item_id", flat=True):
            pictures.storage().delete(pictures.place(kind, item_id))
    said = evaluate(capsys)
    assert "36 of 36 pictures to alter" in said
    assert "(P@5)" in said
    assert "Mild" not in said
    assert "ΔE" not in said


def test_no_index_is_one_sentence(db, fake_source):
    wanted = "There is no index of fake yet. Run: manage.py build_index --embedder fake"
    assert refusal() == wanted


def test_two_products_are_too_few(db):
    publish({"a": np.arange(48.0), "b": np.ones(48)})
    assert refusal() == "The index has 2 products; an evaluation needs at least 12."


def test_a_catalogue_of_one_picture_has_nothing_to_tell_apart(db, tmp_path, fake_source):
    for number in range(15):
        (tmp_path / "same").mkdir(exist_ok=True)
        (tmp_path / "same" / f"{number}.jpg").write_bytes(picture_bytes("red"))
    list(import_folder(tmp_path / "same"))
    publish({str(number): np.ones(48) for number in range(15)})
    assert refusal() == "All pictures look the same to fake: there is nothing to tell apart."


def test_without_a_previous_index_there_is_nothing_to_compare_with(photos):
    assert refusal(against="previous") == (
        "There is no previous index of fake to compare with."
    )  # fmt: skip
    assert refusal(against="fake") == "fake is what is evaluated; compare it with another one."


def test_a_previous_index_that_is_damaged_is_one_sentence(photos):
    paths.previous_path("fake").write_bytes(b"not an index")
    said = refusal(against="previous")
    assert said.startswith("There is nothing to compare with: ")
    assert "fake.previous.joblib cannot be used: " in said
    assert "build_index" not in said  # which would not mend it


def test_two_indexes_without_a_picture_in_common_cannot_be_compared(photos):
    index = current.live_index()
    vectors = {
        f"x{item_id}": vector
        for item_id, vector in zip(index.item_ids, index.embeddings, strict=True)
    }
    publish(vectors)
    assert refusal(against="previous") == (
        "The two indexes have 0 pictures in common; a comparison needs at least 12."
    )


def test_a_network_that_is_not_here_leaves_the_lists(photos, monkeypatch, capsys):
    def refuse(name="", precision=""):
        raise EmbedderError("Its weights are missing.")

    monkeypatch.setattr(selection, "embedder_to_build", refuse)
    said = evaluate(capsys)
    assert "Altered pictures were not tried: Its weights are missing." in said
    assert "(P@5)" in said


@pytest.mark.parametrize("wrong", [["--sample", "0"], ["--seed", "-1"], ["--against", "nobody"]])
def test_a_wrong_argument_is_refused_before_anything_is_read(wrong, tmp_path):
    own = {"VAR_DIR": str(tmp_path / "var"), "DATABASE_URL": f"sqlite:///{tmp_path / 'db'}"}
    done = subprocess.run(
        [sys.executable, "manage.py", "evaluate", *wrong],
        cwd=ROOT, env=os.environ | own, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
